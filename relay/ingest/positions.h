#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "ingest/line_reader.h"
#include "ingest/record_kind.h"
#include "log/log.h"

namespace relay {

/// How far a log file was read.
struct FilePosition {
  FileIdentity identity;
  uint64_t offset = 0;  ///< the next line begins here
  LineReader::Fingerprint fingerprint;
  RecordKind kind = RecordKind::agent_events;  ///< which its name may no longer tell
  std::string path;                            ///< for people
};

/// How far the events in a database were read.
struct DatabasePosition {
  FileIdentity identity;
  int64_t rowid = 0;
  std::vector<std::string> keys;  ///< of the rows read last, in their order
};

/// What earlier runs of one source have left.
struct StoredPositions {
  bool any = false;  ///< there was an earlier run
  std::map<FileIdentity, FilePosition> files;
  std::optional<DatabasePosition> database;
};

/// As they are kept: with the key "SOURCE/file:DEVICE:INODE" or "SOURCE/db", the value in JSON.
[[nodiscard]] SourcePosition source_position(std::string_view source, const FilePosition& position);
[[nodiscard]] SourcePosition source_position(std::string_view source, const DatabasePosition& position);
/// Forgets that of a file.
[[nodiscard]] SourcePosition no_position(std::string_view source, const FileIdentity& identity);

/// Those of `source` among `all`. What cannot be read is left out with a warning.
[[nodiscard]] StoredPositions positions_of(std::string_view source,
                                           const std::map<std::string, std::string>& all, Logger& logger);

}  // namespace relay
