#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <vector>

#include "base/clock.h"
#include "ingest/followed_file.h"
#include "ingest/obstacles.h"

namespace relay {

/// Bounds how many followed files are open: the one longest unused gives up its descriptor and buffer for the
/// next, and keeps its position. [source thread]
class OpenFiles {
 public:
  OpenFiles(size_t capacity, Clock& clock, Obstacles& obstacles)
      : capacity_(capacity), clock_(clock), obstacles_(obstacles) {}

  /// Opens `file` unless it is, as the most recently used. False when it cannot be opened now.
  [[nodiscard]] bool use(FollowedFile& file);
  void close(FollowedFile& file);
  /// Closes `file` after a failed read; it is tried again later.
  void failed(FollowedFile& file, const std::string& why);
  /// Closes what was not used for `idle_us`, and files without a name after `detached_us`.
  void close_idle(int64_t idle_us, int64_t detached_us);

  /// Most recently used first.
  [[nodiscard]] const std::list<FollowedFile*>& files() const { return files_; }

 private:
  void make_room();

  const size_t capacity_;
  Clock& clock_;
  Obstacles& obstacles_;
  std::list<FollowedFile*> files_;
};

}  // namespace relay
