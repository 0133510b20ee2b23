#pragma once

#include <filesystem>

#include "base/result.h"

namespace relay {

/// A directory that no other process uses: locked with flock until this goes.
class DirectoryLock {
 public:
  /// Makes the directory if there is none. Errors `journal_in_use`, which names the process that holds it,
  /// and `journal_directory`.
  [[nodiscard]] static Result<DirectoryLock> take(const std::filesystem::path& directory);
  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace relay
