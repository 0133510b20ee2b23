#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace relay::test {

/// What reached the operating system, in its order: the disk may have any of it that no sync was behind.
struct DiskOperation {
  enum class Kind { write, truncate, sync, note };
  Kind kind;
  std::string file{};   ///< its name without the directory
  uint64_t offset = 0;  ///< of a write; the new size of a truncation; whatever a note says
  std::string bytes{};
};

/// While it exists SQLite's files are opened through it, and it writes down what is done to them. One at a
/// time.
class RecordingVfs {
 public:
  RecordingVfs();
  ~RecordingVfs();
  RecordingVfs(const RecordingVfs&) = delete;
  RecordingVfs& operator=(const RecordingVfs&) = delete;

  /// Among the operations, as something that was true by then.
  void note(uint64_t value) { operations.push_back({DiskOperation::Kind::note, {}, value}); }

  std::vector<DiskOperation> operations;

 private:
  sqlite3_vfs vfs_{};
};

}  // namespace relay::test
