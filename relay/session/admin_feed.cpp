#include "session/admin_feed.h"

#include <algorithm>
#include <utility>

#include "codec/socket_io.h"
#include "session/admin_client.h"

namespace relay {
namespace {

constexpr size_t kMaxReasons = 32;
constexpr size_t kMostState = 400, kMostTraffic = 200;  // a second, of all shards together

// All of a second may come at once, and has to leave room in an outbox.
uint32_t share(const Config& config, size_t most, size_t shards) {
  const auto outbox = static_cast<size_t>(config.performance.message_queue_size);
  return static_cast<uint32_t>(std::max<size_t>(std::min(most, outbox * 2 / 5) / shards, 1));
}

}  // namespace

AdminFeed::AdminFeed(const Config& config, size_t shard, size_t shards, AdminPort& port, AdminAccess& access,
                     const Clock& clock)
    : config_(config.admin_ui),
      shard_(shard),
      shards_(shards),
      port_(port),
      access_(access),
      clock_(clock),
      state_{share(config, kMostState, shards)},
      traffic_budget_{share(config, kMostTraffic, shards)} {}

bool AdminFeed::Budget::take(int64_t now_us) {
  if (std::exchange(second, now_us / 1000000) != now_us / 1000000) used = 0;
  if (used >= per_second) return false;
  ++used;
  return true;
}

std::string AdminFeed::packet(std::string_view event, std::string_view args) const {
  std::string packet;
  append_socket_io_event(packet, config_.namespace_, event, args);
  return packet;
}

void AdminFeed::tell_state(std::vector<std::string> packets) {
  if (!watched()) return;
  if (!state_.take(clock_.monotonic_us())) {
    ++traffic_.left_out;
    stale_ = true;
    return;
  }
  AdminNews news;
  news.kind = AdminNews::Kind::state;
  news.shard = shard_;
  news.packets = std::move(packets);
  port_.tell(std::make_shared<const AdminNews>(std::move(news)));
}

bool AdminFeed::may_tell_traffic() {
  if (!watched()) return false;
  if (traffic_budget_.take(clock_.monotonic_us())) return true;
  ++traffic_.left_out;
  return false;
}

void AdminFeed::tell_traffic(std::string packet) {
  AdminNews news;
  news.kind = AdminNews::Kind::traffic;
  news.shard = shard_;
  news.packets.push_back(std::move(packet));
  port_.tell(std::make_shared<const AdminNews>(std::move(news)));
}

void AdminFeed::add(AdminClient& admin) {
  admins_.push_back(&admin);
  access_.admin_came();
}

void AdminFeed::remove(AdminClient& admin) {
  std::erase(admins_, &admin);
  access_.admin_went();
}

void AdminFeed::deliver(const AdminNews& news) {
  // The statistics come every two seconds: often enough to make good what was left out.
  if (news.kind == AdminNews::Kind::stats && std::exchange(stale_, false) && watched()) {
    AdminNews stale;
    stale.kind = AdminNews::Kind::stale;
    stale.shard = shard_;
    port_.tell(std::make_shared<const AdminNews>(std::move(stale)));
  }
  for (AdminClient* const admin : admins_) admin->take(news);
}

void AdminFeed::closed(std::string_view reason) {
  const std::string key(reason);
  if (traffic_.closed.contains(key) || traffic_.closed.size() < kMaxReasons)
    ++traffic_.closed[key];
  else
    ++traffic_.closed["other"];
}

}  // namespace relay
