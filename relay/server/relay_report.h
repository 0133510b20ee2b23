#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ingest/source.h"
#include "journal/journal_writer.h"
#include "log/log.h"
#include "net/admin.h"
#include "net/shard.h"
#include "pipeline/intake.h"
#include "pipeline/pipeline.h"
#include "plugin/plugin_report.h"
#include "server/sink_runner.h"

namespace relay {

/// A plugin as a source, for people.
struct PluginSourceReport {
  std::string name;
  bool started = false;
  std::string error;   ///< why it was not
  std::string status;  ///< what it says about itself, a JSON object or ""
  PluginReport plugin{};
};

/// The whole relay at one moment, gathered from every thread that owns a part of it.
struct RelayReport {
  std::string version;
  std::string epoch;
  int64_t uptime_us = 0;
  int threads = 0;
  uint64_t rss_bytes = 0;
  uint64_t skipped_batches = 0;
  double events_in_per_s = 0;
  double deliveries_per_s = 0;
  Intake::Counters intake;
  bool pipeline_answered = false;  ///< else a plugin holds it, and what follows of it is empty
  Pipeline::Counters pipeline;
  PresenceTable::Counters presence;
  Log::Bounds log, dead_letters;
  std::optional<JournalCounters> journal;  ///< none: the log is in memory only
  std::vector<PluginReport> plugins;
  std::vector<SourceStatus> sources;
  std::vector<PluginSourceReport> plugin_sources;
  std::vector<SinkRunner::Status> sinks;
  std::vector<ShardReport> shards;
};

/// The JSON answer to `question`.
[[nodiscard]] std::string to_json(const RelayReport& report, const AdminQuestion& question,
                                  int64_t now_wall_us);

}  // namespace relay
