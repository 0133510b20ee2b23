#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace relay {

/// The kinds of record Marcus writes, one per family of files. The order is the rank: of records with the
/// same time, the kind named first comes first, so the canonical record precedes its duplicates.
enum class RecordKind : uint8_t { agent_events, conversations, realtime, audit, events, decisions };

/// As in the last part of an event's source, "/marcus/main/agent_events".
[[nodiscard]] std::string_view to_string(RecordKind kind);

/// The other way round. Nothing for other names.
[[nodiscard]] std::optional<RecordKind> kind_named(std::string_view name);

/// The kind of a log file, told by its name: `agent_events_*.jsonl`, `audit_*.jsonl`, … Nothing for other
/// files.
[[nodiscard]] std::optional<RecordKind> kind_of_file(std::string_view name);

}  // namespace relay
