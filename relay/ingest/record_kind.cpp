#include "ingest/record_kind.h"

#include <algorithm>
#include <array>

namespace relay {
namespace {

constexpr std::array<std::string_view, 6> kNames{"agent_events", "conversations", "realtime",
                                                 "audit",        "events",        "decisions"};
constexpr std::array kFileKinds{RecordKind::agent_events, RecordKind::conversations, RecordKind::realtime,
                                RecordKind::audit, RecordKind::decisions};
constexpr std::string_view kSuffix = ".jsonl";

}  // namespace

std::string_view to_string(RecordKind kind) { return kNames[static_cast<size_t>(kind)]; }

std::optional<RecordKind> kind_named(std::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<RecordKind>(found - kNames.begin());
}

std::optional<RecordKind> kind_of_file(std::string_view name) {
  if (!name.ends_with(kSuffix)) return std::nullopt;
  for (const RecordKind kind : kFileKinds) {
    const std::string_view prefix = to_string(kind);
    if (name.starts_with(prefix) && name.substr(prefix.size()).starts_with('_')) return kind;
  }
  return std::nullopt;
}

}  // namespace relay
