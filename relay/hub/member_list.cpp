#include "hub/member_list.h"

#include <algorithm>

namespace relay {

bool MemberList::add(Subscriber& subscriber) {
  if (contains(subscriber)) return false;
  members_.push_back(&subscriber);
  if (index_) {
    index_->emplace(&subscriber, static_cast<uint32_t>(members_.size() - 1));
  } else if (members_.size() == kIndexFrom) {
    index_ = std::make_unique<Index>();
    for (size_t i = 0; i < members_.size(); ++i) index_->emplace(members_[i], static_cast<uint32_t>(i));
  }
  return true;
}

bool MemberList::remove(const Subscriber& subscriber) {
  const size_t at = position(subscriber);
  if (at == members_.size()) return false;
  if (index_) {
    (*index_)[members_.back()] = static_cast<uint32_t>(at);
    index_->erase(&subscriber);
  }
  members_[at] = members_.back();
  members_.pop_back();
  return true;
}

size_t MemberList::position(const Subscriber& subscriber) const {
  if (index_) {
    const auto found = index_->find(&subscriber);
    return found == index_->end() ? members_.size() : found->second;
  }
  return static_cast<size_t>(std::find(members_.begin(), members_.end(), &subscriber) - members_.begin());
}

}  // namespace relay
