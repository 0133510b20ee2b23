#include "net/presence_backlog.h"

#include <utility>

namespace relay {
namespace {

// Neither rooms nor ids have control characters.
std::string member_of(const PresenceChange& change) {
  return change.client + '\n' + change.room + '\n' + change.namespace_;
}

}  // namespace

void PresenceBacklog::add(PresenceChange change) {
  std::string member = member_of(change);
  const auto pending = by_member_.find(member);
  if (pending != by_member_.end() && pending->second->joined != change.joined) {
    changes_.erase(pending->second);
    by_member_.erase(pending);
    return;
  }
  changes_.push_back(std::move(change));
  by_member_[std::move(member)] = std::prev(changes_.end());
}

std::vector<Publication> PresenceBacklog::take() {
  std::vector<Publication> publications;
  for (PresenceChange& change : changes_) append_presence(publications, std::move(change));
  clear();
  return publications;
}

void PresenceBacklog::clear() {
  changes_.clear();
  by_member_.clear();
}

void append_presence(std::vector<Publication>& publications, PresenceChange change) {
  if (publications.empty() || publications.back().presence.empty() ||
      publications.back().presence.size() == kPresenceBatch)
    publications.emplace_back();
  publications.back().presence.push_back(std::move(change));
}

}  // namespace relay
