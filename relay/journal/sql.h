#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string_view>

namespace relay {

/// What the parts of JournalFile say to SQLite. Texts and blobs are borrowed until the statement goes on.

inline std::string_view text_of(sqlite3_stmt* statement, int column) {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
  return {bytes == nullptr ? "" : bytes, static_cast<size_t>(sqlite3_column_bytes(statement, column))};
}
inline uint64_t number_of(sqlite3_stmt* statement, int column) {
  return static_cast<uint64_t>(sqlite3_column_int64(statement, column));
}

inline void bind(sqlite3_stmt* statement, int place, uint64_t value) {
  sqlite3_bind_int64(statement, place, static_cast<sqlite3_int64>(value));
}
inline void bind(sqlite3_stmt* statement, int place, std::string_view text) {
  sqlite3_bind_text64(statement, place, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
}
inline void bind_blob(sqlite3_stmt* statement, int place, std::string_view bytes) {
  sqlite3_bind_blob64(statement, place, bytes.data(), bytes.size(), SQLITE_STATIC);
}

/// Runs what yields no rows, and has it ready for the next time.
[[nodiscard]] inline bool step(sqlite3_stmt* statement) {
  const bool done = sqlite3_step(statement) == SQLITE_DONE;
  sqlite3_reset(statement);
  return done;
}

}  // namespace relay
