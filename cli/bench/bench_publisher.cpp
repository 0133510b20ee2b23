#include "cli/bench/bench_publisher.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "cli/bench/http_link.h"
#include "cli/bench/jet_stream_link.h"
#include "cli/bench/nats_link.h"
#include "cli/bench/socket_io_link.h"

namespace relay {
namespace {

std::unique_ptr<PublishingLink> make_link(LoadLoop& loop, const BenchTarget& target, LinkOwner& owner,
                                          LinkRole role) {
  switch (target.protocol()) {
    case BenchProtocol::socketio:
      return std::make_unique<SocketIoLink>(loop, target, owner, role);
    case BenchProtocol::ws:
      return std::make_unique<WebSocketLink>(loop, target, owner, role);
    case BenchProtocol::nats:
      if (!target.stream().empty()) return std::make_unique<JetStreamLink>(loop, target, owner);
      return std::make_unique<NatsLink>(loop, target, owner, role);
    default:
      return std::make_unique<HttpLink>(loop, target, owner);
  }
}

}  // namespace

BenchPublisher::BenchPublisher(LoadLoop& loop, const BenchTarget& target, EventText text,
                               const PublishPace& pace, bool confirmed)
    : loop_(loop),
      pace_(pace),
      confirmed_(confirmed),
      text_(std::move(text)),
      link_(make_link(loop, target, *this, confirmed ? LinkRole::confirmed_publisher : LinkRole::publisher)) {
}

void BenchPublisher::publish_one() {
  due_ns_.assign(1, loop_.now_ns());
  publish();
}

void BenchPublisher::start() {
  before_schedule_ = published_;
  if (pace_.rate > 0) schedule_.emplace(pace_.rate, loop_.now_ns());
}

void BenchPublisher::step(uint64_t on_their_way) {
  link_->ask();
  if (schedule_) return publish_due();
  const uint64_t seen = published_ - on_their_way;
  while (link_->can_publish() && published_ - seen + pace_.batch <= pace_.window) {
    const uint64_t events = std::min(pace_.batch, text_.count() - published_);
    if (events == 0) return;
    due_ns_.assign(events, loop_.now_ns());
    publish();
  }
}

void BenchPublisher::publish_due() {
  const uint64_t count = std::min(overdue(loop_.now_ns()), kMaxBurst);
  if (count == 0 || !link_->can_publish()) return;
  due_ns_.clear();
  for (uint64_t i = 0; i < count; ++i)
    due_ns_.push_back(schedule_->due_ns(published_ - before_schedule_ + i));
  publish();
}

void BenchPublisher::publish() {
  link_->publish(PublishBatch{text_, published_, due_ns_});
  published_ += due_ns_.size();
  if (!confirmed_) return;
  if (!schedule_) return unanswered_.push_back({due_ns_.size(), due_ns_.front()});
  for (const int64_t due_ns : due_ns_) unanswered_.push_back({1, due_ns});
}

void BenchPublisher::on_answered(uint64_t events, uint64_t refused) {
  const int64_t now_ns = loop_.now_ns();
  answered_ += events;
  refused_ += refused;
  while (events > 0 && !unanswered_.empty()) {
    Unanswered& oldest = unanswered_.front();
    const uint64_t taken = std::min(events, oldest.events);
    answer_latency_.record(oldest.due_ns, now_ns, taken);
    events -= taken;
    oldest.events -= taken;
    if (oldest.events == 0) unanswered_.pop_front();
  }
}

uint64_t BenchPublisher::overdue(int64_t now_ns) const {
  if (!schedule_) return 0;
  const uint64_t due = std::min(schedule_->due_by(now_ns), text_.count() - before_schedule_);
  return due - std::min(due, published_ - before_schedule_);
}

int64_t BenchPublisher::next_step_ns() const {
  if (!schedule_ || !link_->can_publish()) return std::numeric_limits<int64_t>::max();
  return schedule_->due_ns(published_ - before_schedule_);
}

}  // namespace relay
