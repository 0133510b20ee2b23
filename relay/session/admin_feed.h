#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "config/config.h"
#include "session/admin_access.h"
#include "session/admin_news.h"

namespace relay {

class AdminClient;

/// What the admins' side of a shard needs of the shards. Implemented by the shard. [shard]
class AdminPort {
 public:
  virtual ~AdminPort() = default;
  /// The verdict comes back as `admin_verdict(attempt, …)` of that session.
  virtual void log_in(const std::string& session, uint64_t attempt, AdminCredentials credentials) = 0;
  /// Every shard gets it, this one too, behind what it was told before.
  virtual void tell(const AdminNewsRef& news) = 0;
  /// Every shard tells its sockets to `session`'s admin, on this shard; what a shard tells afterwards has
  /// happened afterwards.
  virtual void collect_sockets(const std::string& session) = 0;
};

/// The shard's side of the Admin UI: what happens to its sockets goes out as news, and the news of all shards
/// go to its admins. There is one only while the Admin UI is enabled. Owned by the shard's loop. [shard]
///
/// News do not pass the pipeline: they tell of clients' addresses and headers, which neither the log nor
/// those who subscribe to everything are to have; and they would be news themselves.
///
/// Bound: a number of news a second, so that those of all shards find room in an admin's outbox. Traffic
/// beyond it is left out; when state was, all admins ask for all sockets again.
class AdminFeed {
 public:
  AdminFeed(const Config& config, size_t shard, size_t shards, AdminPort& port, AdminAccess& access,
            const Clock& clock);

  [[nodiscard]] const AdminUiConfig& config() const { return config_; }
  [[nodiscard]] size_t shards() const { return shards_; }
  [[nodiscard]] AdminPort& port() { return port_; }
  [[nodiscard]] const Clock& clock() const { return clock_; }

  [[nodiscard]] bool is_development() const { return config_.mode == AdminUiConfig::Mode::development; }
  /// Somebody looks at sockets.
  [[nodiscard]] bool watched() const { return is_development() && !stopped_ && access_.admins() != 0; }
  /// The shard ends, and so do the others: nobody is told of it.
  void stop() { stopped_ = true; }
  /// The packet of an Admin UI event.
  [[nodiscard]] std::string packet(std::string_view event, std::string_view args) const;

  // News of this shard; `args` are JSON values with commas between them. Nothing happens while nobody looks.
  void tell_state(std::vector<std::string> packets);
  /// True when one more is within the bound; it counts then.
  [[nodiscard]] bool may_tell_traffic();
  void tell_traffic(std::string packet);

  // Admins of this shard.
  void add(AdminClient& admin);
  void remove(AdminClient& admin);
  void deliver(const AdminNews& news);

  // Engine.IO clients of this shard.
  void opened() { ++traffic_.opened; }
  void closed(std::string_view reason);
  void received(size_t bytes) {
    ++traffic_.packets_in;
    traffic_.bytes_in += bytes;
  }
  void sent(size_t packets, size_t bytes) {
    traffic_.packets_out += packets;
    traffic_.bytes_out += bytes;
  }
  [[nodiscard]] const AdminTraffic& traffic() const { return traffic_; }

 private:
  /// So many a second.
  struct Budget {
    uint32_t per_second;
    uint32_t used = 0;
    int64_t second = 0;
    [[nodiscard]] bool take(int64_t now_us);
  };

  const AdminUiConfig config_;
  const size_t shard_;
  const size_t shards_;
  AdminPort& port_;
  AdminAccess& access_;
  const Clock& clock_;
  Budget state_;
  Budget traffic_budget_;
  bool stale_ = false;
  bool stopped_ = false;
  std::vector<AdminClient*> admins_;
  AdminTraffic traffic_;
};

}  // namespace relay
