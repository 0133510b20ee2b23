#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.h"
#include "ingest/demo_marcus.h"
#include "ingest/record_kind.h"

namespace relay {

/// The name Marcus would give the file that `kind` goes to, for a Marcus (or, with agent_events, a day) that
/// began at `time_us`: "conversations_20260302_085700.jsonl".
[[nodiscard]] std::string demo_file_name(RecordKind kind, int64_t time_us);

/// Writes the next `count` records of `marcus` below `directory` as a Marcus would: logs/, data/audit_logs/
/// and data/marcus.db. What is there already is added to.
[[nodiscard]] Status write_demo_directory(DemoMarcus& marcus, const std::filesystem::path& directory,
                                          size_t count);

}  // namespace relay
