#include "cli/bench/crowd.h"

#include <algorithm>

namespace relay {

Status Crowd::open(const std::vector<LoadLink*>& links, const std::function<void()>& on_turn) {
  constexpr int64_t kMoreEach = 10'000'000;
  begin_ns_ = end_ns_ = loop_.now_ns();
  const int64_t deadline_ns =
      begin_ns_ + seconds_to_ns(limits_.timeout_s) + kMoreEach * static_cast<int64_t>(links.size());
  size_t started = 0;
  while (started < links.size() || !opening_.empty()) {
    while (started < links.size() && opening_.size() < limits_.at_once) {
      links[started]->connect();
      opening_.push_back(links[started++]);
    }
    const int64_t now_ns = loop_.now_ns();
    if (now_ns >= deadline_ns) break;
    if (!loop_.turn(std::min(deadline_ns, now_ns + kNsPerSecond / 20)))
      return fail("interrupted", target_.url(), "interrupted");
    settle(loop_.now_ns());
    if (!failures_.empty() && !limits_.go_on) return verdict(links.size());
    on_turn();
  }
  for (LoadLink* link : opening_) link->close("timed out");
  settle(loop_.now_ns());
  return verdict(links.size());
}

void Crowd::settle(int64_t now_ns) {
  const int64_t timeout_ns = seconds_to_ns(limits_.timeout_s);
  std::erase_if(opening_, [&](LoadLink* link) {
    if (link->state() != LoadLink::State::ready && now_ns - link->started_ns() > timeout_ns)
      link->close("timed out");
    if (link->state() == LoadLink::State::closed) {
      ++failures_[link->reason()];
      denied_ = denied_ || link->http_status() == 401 || link->http_status() == 403;
      return true;
    }
    if (!link->ready()) return false;
    ++ready_;
    handshakes_.add(link->ready_ns() - link->started_ns());
    end_ns_ = std::max(end_ns_, link->ready_ns());
    return true;
  });
}

Status Crowd::verdict(size_t wanted) const {
  if (ready_ == wanted || (limits_.go_on && ready_ > 0)) return {};
  const auto most = std::max_element(failures_.begin(), failures_.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  const std::string why = most == failures_.end() ? "timed out" : most->first;
  const std::string which =
      ready_ == 0 ? ""
                  : " (after " + std::to_string(ready_) + " of " + std::to_string(wanted) + " connections)";
  return fail(denied_ ? "denied" : "unreachable", target_.url(),
              "cannot connect to " + target_.url() + ": " + why + which);
}

double Crowd::elapsed_s() const {
  return static_cast<double>(end_ns_ - begin_ns_) / static_cast<double>(kNsPerSecond);
}

}  // namespace relay
