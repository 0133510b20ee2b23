#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <string>

namespace relay {

/// A file of somebody's configuration, opened for reading without waiting for a writer: what it is can be
/// looked at before it is read, and is of the file that is read.
class FileReader {
 public:
  explicit FileReader(const std::string& path);
  ~FileReader();
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  /// What went wrong last, an errno; 0: nothing.
  [[nodiscard]] int error() const { return error_; }
  [[nodiscard]] const struct stat& info() const { return info_; }
  /// All of it, but no more than one byte beyond `most`, by which one knows that there is more.
  [[nodiscard]] std::string read(size_t most);

 private:
  const int descriptor_;
  int error_ = 0;
  struct stat info_ {};
};

}  // namespace relay
