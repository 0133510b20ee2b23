#include "cli/bench/bench_subscriber.h"

#include "cli/bench/nats_link.h"
#include "cli/bench/socket_io_link.h"
#include "cli/bench/sse_link.h"

namespace relay {
namespace {

std::unique_ptr<LoadLink> make_link(LoadLoop& loop, const BenchTarget& target, LinkOwner& owner) {
  if (target.protocol() == BenchProtocol::sse) return std::make_unique<SseLink>(loop, target, owner);
  if (target.protocol() == BenchProtocol::nats)
    return std::make_unique<NatsLink>(loop, target, owner, LinkRole::subscriber);
  if (target.protocol() == BenchProtocol::socketio)
    return std::make_unique<SocketIoLink>(loop, target, owner, LinkRole::subscriber);
  return std::make_unique<WebSocketLink>(loop, target, owner, LinkRole::subscriber);
}

}  // namespace

BenchSubscriber::BenchSubscriber(LoadLoop& loop, const BenchTarget& target, LatencyWindow& latency)
    : loop_(loop), latency_(latency), link_(make_link(loop, target, *this)) {}

void BenchSubscriber::on_payload(std::string_view payload) {
  EventStamp stamp;
  if (!finder_.find(payload, stamp)) return;
  ++events_;
  if (stamp.number < next_number_)
    ++order_violations_;
  else
    next_number_ = stamp.number + 1;
  latency_.record(stamp.time_ns, loop_.now_ns());
}

void BenchSubscriber::start_counting() {
  events_ = 0;
  bytes_before_ = link_->received_bytes();
}

}  // namespace relay
