#include "server/relay_report.h"

#include <unistd.h>

#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "base/clock.h"

namespace relay {
namespace {

using nlohmann::ordered_json;

struct Totals {
  size_t connections = 0, socketio = 0, websocket = 0, sse = 0, frame_bytes = 0, recovery_records = 0;
  uint64_t accepted = 0, refused = 0, bytes_sent = 0, writes = 0, blocked_writes = 0, acks_lost = 0;
  ShardCounters counters;
};

Totals add_up(const std::vector<ShardReport>& shards) {
  Totals sum;
  for (const ShardReport& shard : shards) {
    sum.connections += shard.connections;
    sum.socketio += shard.socketio;
    sum.websocket += shard.websocket;
    sum.sse += shard.sse;
    sum.frame_bytes += shard.frame_bytes;
    sum.accepted += shard.accepted;
    sum.refused += shard.refused;
    sum.bytes_sent += shard.bytes_sent;
    sum.writes += shard.writes;
    sum.blocked_writes += shard.blocked_writes;
    sum.acks_lost += shard.acks_lost;
    sum.counters.events_delivered += shard.counters.events_delivered;
    for (size_t reason = 0; reason < kDropReasons; ++reason)
      sum.counters.events_dropped[reason] += shard.counters.events_dropped[reason];
    sum.counters.messages_received += shard.counters.messages_received;
    sum.counters.messages_refused += shard.counters.messages_refused;
    sum.counters.events_published += shard.counters.events_published;
    sum.counters.recovered += shard.counters.recovered;
    sum.counters.not_recovered += shard.counters.not_recovered;
    sum.counters.recovery_forgotten += shard.counters.recovery_forgotten;
    sum.recovery_records += shard.recovery_records;
  }
  return sum;
}

uint64_t all_drops(const ShardCounters& counters) {
  return std::accumulate(counters.events_dropped.begin(), counters.events_dropped.end(), uint64_t{0});
}

ordered_json drops_json(const ShardCounters& counters) {
  ordered_json reasons;
  for (size_t reason = 0; reason < kDropReasons; ++reason)
    reasons[std::string(to_string(static_cast<DropReason>(reason)))] = counters.events_dropped[reason];
  return reasons;
}

ordered_json shards_json(const std::vector<ShardReport>& shards) {
  ordered_json list = ordered_json::array();
  for (const ShardReport& shard : shards)
    list.push_back({{"shard", shard.shard},
                    {"connections", shard.connections},
                    {"filter_classes", shard.filter_classes},
                    {"events_delivered", shard.counters.events_delivered},
                    {"events_dropped", all_drops(shard.counters)},
                    {"bytes_sent", shard.bytes_sent},
                    {"writes", shard.writes},
                    {"flush_pause_us", shard.flush_pause_us}});
  return list;
}

ordered_json sinks_json(const std::vector<SinkRunner::Status>& sinks) {
  ordered_json list = ordered_json::array();
  for (const SinkRunner::Status& sink : sinks)
    list.push_back({{"name", sink.name},
                    {"state", sink.state},
                    {"receives", sink.receives},
                    {"delivered", sink.delivered},
                    {"refused", sink.refused},
                    {"skipped", sink.skipped},
                    {"retries", sink.retries},
                    {"lag", sink.lag},
                    {"last_error", sink.last_error}});
  return list;
}

ordered_json sources_json(const std::vector<SourceStatus>& sources) {
  ordered_json list = ordered_json::array();
  for (const SourceStatus& source : sources)
    list.push_back({{"name", source.name},
                    {"type", source.type},
                    {"state", source.state},
                    {"files", source.files},
                    {"open_files", source.open_files},
                    {"records", source.records},
                    {"bytes", source.bytes},
                    {"skipped_lines", source.skipped_lines},
                    {"repaired", source.repaired},
                    {"restarts", source.restarts},
                    {"waiting_backpressure", source.waiting_backpressure},
                    {"lag_bytes", source.lag_bytes},
                    {"last_error", source.last_error}});
  return list;
}

// What a plugin says about itself counts, but not its name.
ordered_json plugin_source_json(const PluginSourceReport& source) {
  ordered_json entry = {{"name", source.name}, {"type", "plugin"}};
  entry["state"] = source.started ? "running" : source.error.empty() ? "stopped" : "failed";
  entry["last_error"] = source.error;
  const ordered_json said = ordered_json::parse(source.status, nullptr, false);
  if (said.is_object()) entry.update(said);
  entry["name"] = source.name;
  entry["type"] = "plugin";
  return entry;
}

ordered_json shadow_json(const ShadowReport& shadow) {
  return {{"version", shadow.version},
          {"path", shadow.path},
          {"state", shadow.why.empty() ? "compared" : "left alone"},
          {"why", shadow.why},
          {"events", shadow.events},
          {"different", shadow.different},
          {"verdicts", shadow.verdicts},
          {"fields", shadow.fields},
          {"emissions", shadow.emissions},
          {"errors", shadow.errors},
          {"published", shadow.published},
          {"ns_per_event", shadow.ns_per_event},
          {"current_ns_per_event", shadow.current_ns_per_event}};
}

ordered_json metrics_json(const std::vector<MetricValue>& metrics) {
  ordered_json all = ordered_json::object();
  for (const MetricValue& metric : metrics) {
    if (metric.kind == SENECA_HISTOGRAM)
      all[metric.name] = {
          {"type", "histogram"},          {"count", metric.count},        {"sum", metric.sum},
          {"p50", metric.percentile(50)}, {"p99", metric.percentile(99)}, {"max", metric.max}};
    else
      all[metric.name] = {{"type", metric.kind == SENECA_GAUGE ? "gauge" : "counter"},
                          {"value", metric.value}};
  }
  return all;
}

ordered_json plugins_json(const std::vector<PluginReport>& plugins) {
  ordered_json list = ordered_json::array();
  for (const PluginReport& plugin : plugins) {
    const PluginCounters& counters = plugin.counters;
    const uint64_t handled = counters.events + counters.rendered;
    ordered_json reasons = ordered_json::object();
    for (const auto& [reason, count] : counters.reasons) reasons[reason] = count;
    ordered_json process;
    if (plugin.process)
      process = {{"pid", plugin.process->pid},
                 {"ends", plugin.process->ends},
                 {"last_end", plugin.process->last_end}};
    list.push_back({{"name", plugin.name},
                    {"id", plugin.id},
                    {"version", plugin.version},
                    {"path", plugin.path},
                    {"roles", plugin.roles},
                    {"config_schema", plugin.has_schema},
                    {"loaded_at", format_rfc3339(plugin.created_us)},
                    {"state", plugin.state},
                    {"why", plugin.why},
                    {"calls", counters.calls},
                    {"events", counters.events},
                    {"passed", counters.passed},
                    {"dropped", counters.dropped},
                    {"rejected", counters.rejected},
                    {"failed", counters.failed},
                    {"rendered", counters.rendered},
                    {"emitted", counters.emitted},
                    {"errors", counters.errors},
                    {"refused", counters.refused},
                    {"ns_per_event", handled == 0 ? 0 : counters.time_us * 1000 / handled},
                    {"max_us", counters.max_us},
                    {"over_budget", plugin.over_budget},
                    {"breaks", plugin.breaks},
                    {"unseen", plugin.unseen},
                    {"process", std::move(process)},
                    {"dead_letters", plugin.dead_letters},
                    {"reasons", std::move(reasons)},
                    {"metrics", metrics_json(plugin.metrics)}});
    if (plugin.shadow) list.back()["shadow"] = shadow_json(*plugin.shadow);
  }
  return list;
}

ordered_json describe_journal(const JournalCounters& journal) {
  return {{"events", journal.events},
          {"blocks", journal.blocks},
          {"commits", journal.commits},
          {"plain_bytes", journal.plain_bytes},
          {"packed_bytes", journal.packed_bytes},
          {"waiting_bytes", journal.waiting_bytes},
          {"failures", journal.failures},
          {"trouble", journal.trouble},
          {"commit_us",
           {{"p50", journal.commit_us.percentile(50)},
            {"p99", journal.commit_us.percentile(99)},
            {"max", journal.commit_us.max()}}}};
}

ordered_json stats_json(const RelayReport& report) {
  const Totals sum = add_up(report.shards);
  const auto seconds = [](int64_t us) { return static_cast<double>(us / 1000) / 1000.0; };
  ordered_json json;
  json["relay"] = {{"version", report.version}, {"uptime_s", seconds(report.uptime_us)},
                   {"epoch", report.epoch},     {"threads", report.threads},
                   {"pid", getpid()},           {"rss_bytes", report.rss_bytes}};
  json["connections"] = {{"current", sum.connections}, {"total", sum.accepted}, {"socketio", sum.socketio},
                         {"ws", sum.websocket},        {"sse", sum.sse},        {"refused", sum.refused}};
  json["intake"] = {{"events", report.intake.events},
                    {"publications", report.intake.publications},
                    {"refused", report.intake.refused},
                    {"queued_events", report.intake.queued_events},
                    {"queued_bytes", report.intake.queued_bytes}};
  const Pipeline::Counters& pipeline = report.pipeline;
  json["pipeline"] = {{"answered", report.pipeline_answered},
                      {"events_in", pipeline.events_in},
                      {"events_out", pipeline.events_out},
                      {"dropped", pipeline.dropped},
                      {"rejected", pipeline.rejected},
                      {"failed", pipeline.failed},
                      {"repeated", pipeline.repeated},
                      {"batches", pipeline.batches},
                      {"latency_us",
                       {{"p50", pipeline.batch_us.percentile(50)},
                        {"p99", pipeline.batch_us.percentile(99)},
                        {"max", pipeline.batch_us.max()}}}};
  json["presence"] = {{"rooms", report.presence.rooms},
                      {"members", report.presence.members},
                      {"not_counted", report.presence.not_counted}};
  json["log"] = {{"oldest", report.log.oldest}, {"newest", report.log.newest}, {"bytes", report.log.bytes}};
  if (report.journal) json["journal"] = describe_journal(*report.journal);
  const Log::Bounds& letters = report.dead_letters;
  json["dead_letters"] = {{"total", letters.newest},
                          {"held", letters.newest - letters.oldest + 1},
                          {"forgotten", letters.oldest - 1},
                          {"bytes", letters.bytes}};
  json["delivery"] = {{"events_delivered", sum.counters.events_delivered},
                      {"events_dropped", all_drops(sum.counters)},
                      {"dropped_by_reason", drops_json(sum.counters)},
                      {"frame_bytes", sum.frame_bytes},
                      {"messages_received", sum.counters.messages_received},
                      {"messages_refused", sum.counters.messages_refused},
                      {"events_published", sum.counters.events_published},
                      {"bytes_sent", sum.bytes_sent},
                      {"writes", sum.writes},
                      {"blocked_writes", sum.blocked_writes},
                      {"skipped_batches", report.skipped_batches},
                      {"acks_lost", sum.acks_lost}};
  json["recovery"] = {{"records", sum.recovery_records},
                      {"recovered", sum.counters.recovered},
                      {"not_recovered", sum.counters.not_recovered},
                      {"forgotten", sum.counters.recovery_forgotten}};
  json["rates"] = {{"events_in_per_s", report.events_in_per_s},
                   {"deliveries_per_s", report.deliveries_per_s}};
  json["shards"] = shards_json(report.shards);
  json["sources"] = sources_json(report.sources);
  for (const PluginSourceReport& source : report.plugin_sources)
    json["sources"].push_back(plugin_source_json(source));
  json["sinks"] = sinks_json(report.sinks);
  json["plugins"] = plugins_json(report.plugins);
  return json;
}

ordered_json clients_json(const RelayReport& report, int64_t now_wall_us) {
  ordered_json list = ordered_json::array();
  for (const ShardReport& shard : report.shards)
    for (const SessionInfo& session : shard.sessions)
      list.push_back({{"id", session.id},
                      {"protocol", session.protocol},
                      {"address", session.address},
                      {"rooms", session.rooms},
                      {"subscriptions", session.subscriptions},
                      {"connected_s", (now_wall_us - session.connected_us) / 1000000},
                      {"events_sent", session.events_sent},
                      {"events_dropped", session.events_dropped},
                      {"queued_frames", session.queued_frames},
                      {"queued_bytes", session.queued_bytes},
                      {"shard", shard.shard}});
  return {{"clients", std::move(list)}};
}

ordered_json rooms_json(const RelayReport& report) {
  std::map<std::pair<std::string, std::string>, size_t> members;
  for (const ShardReport& shard : report.shards)
    for (const ShardHub::RoomInfo& room : shard.rooms) members[{room.namespace_, room.name}] += room.members;
  ordered_json list = ordered_json::array();
  for (const auto& [room, count] : members)
    list.push_back({{"namespace", room.first}, {"name", room.second}, {"members", count}});
  return {{"rooms", std::move(list)}};
}

// A client lives on one shard; the others do not know it, or remember a drop of one that is gone.
ordered_json why_json(const RelayReport& report, const AdminQuestion& question) {
  Explanation best{why::kUnknownClient, "no such client is connected, and no drop of its is remembered"};
  for (const ShardReport& shard : report.shards)
    if (!shard.why.verdict.empty() && shard.why.verdict != why::kUnknownClient) best = shard.why;
  return {{"client", question.client},
          {"offset", question.offset},
          {"verdict", best.verdict},
          {"detail", best.detail}};
}

}  // namespace

std::string to_json(const RelayReport& report, const AdminQuestion& question, int64_t now_wall_us) {
  ordered_json json;
  switch (question.what) {
    case AdminQuery::stats:
      json = stats_json(report);
      break;
    case AdminQuery::clients:
      json = clients_json(report, now_wall_us);
      break;
    case AdminQuery::rooms:
      json = rooms_json(report);
      break;
    case AdminQuery::plugins:
      json["plugins"] = plugins_json(report.plugins);
      break;
    case AdminQuery::why:
      json = why_json(report, question);
      break;
  }
  // Names and reasons come from outside: text that is not UTF-8 must not take the answer down.
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace relay
