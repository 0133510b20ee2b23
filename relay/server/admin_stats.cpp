#include "server/admin_stats.h"

#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>

#include "codec/socket_io.h"

namespace relay {
namespace {

using nlohmann::ordered_json;

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

std::map<std::pair<std::string, std::string>, uint64_t> totals_of(const RelayReport& report) {
  std::map<std::pair<std::string, std::string>, uint64_t> totals;
  for (const ShardReport& shard : report.shards) {
    const AdminTraffic& traffic = shard.admin_traffic;
    totals[{"rawConnection", ""}] += traffic.opened;
    for (const auto& [reason, count] : traffic.closed) totals[{"rawDisconnection", reason}] += count;
    totals[{"packetsIn", ""}] += traffic.packets_in;
    totals[{"packetsOut", ""}] += traffic.packets_out;
    totals[{"bytesIn", ""}] += traffic.bytes_in;
    totals[{"bytesOut", ""}] += traffic.bytes_out;
  }
  return totals;
}

}  // namespace

AdminStats::AdminStats(std::string name) : namespace_(std::move(name)) {}

void AdminStats::reset() {
  has_last_ = false;
  last_.clear();
  entries_.clear();
}

void AdminStats::sample(const RelayReport& report, int64_t wall_us) {
  for (const auto& [key, total] : totals_of(report)) {
    uint64_t& last = last_[key];
    // A shard that did not answer in time is missing from the sum: its share comes with the next.
    if (total <= last) continue;
    if (has_last_) entries_.push_back({wall_us / 1000000 * 1000, key.first, key.second, total - last});
    last = total;
  }
  has_last_ = true;
}

std::string AdminStats::take_packet(const RelayReport& report) {
  size_t clients = 0, polling = 0;
  uint64_t left_out = 0;
  std::map<std::string, size_t> namespaces{{"/", 0}, {namespace_, 0}};
  for (const ShardReport& shard : report.shards) {
    clients += shard.socketio;
    polling += shard.polling;
    left_out += shard.admin_traffic.left_out;
    for (const ShardHub::RoomInfo& each : shard.namespaces) namespaces[each.namespace_] += each.members;
  }
  ordered_json stats = {{"serverId", report.epoch}, {"hostname", host_name()},
                        {"pid", getpid()},          {"uptime", static_cast<double>(report.uptime_us) / 1e6},
                        {"clientsCount", clients},  {"pollingClientsCount", polling},
                        {"leftOut", left_out}};
  stats["aggregatedEvents"] = ordered_json::array();
  for (const Entry& entry : std::exchange(entries_, {})) {
    ordered_json event = {{"timestamp", entry.timestamp_ms}, {"type", entry.type}, {"count", entry.count}};
    if (!entry.sub_type.empty()) event["subType"] = entry.sub_type;
    stats["aggregatedEvents"].push_back(std::move(event));
  }
  stats["namespaces"] = ordered_json::array();
  for (const auto& [name, count] : namespaces)
    stats["namespaces"].push_back({{"name", name}, {"socketsCount", count}});
  std::string packet;
  append_socket_io_event(packet, namespace_, "server_stats",
                         stats.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
  return packet;
}

}  // namespace relay
