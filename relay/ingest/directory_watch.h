#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"

namespace relay {

/// One thing that happened to a watched directory.
struct DirectoryChange {
  enum class Kind {
    appeared,     ///< `name` is new in `directory`
    touched,      ///< `name` in `directory` grew or changed otherwise
    gone,         ///< `name` is no longer in `directory`
    new_folder,   ///< `directory` exists now, with whatever is in it
    lost_folder,  ///< `directory` is gone or moved
    overflow,     ///< changes were missed: look at everything
  };
  Kind kind;
  std::string directory;
  std::string name;
};

/// Watches a few directories, which may not exist yet, by inotify; the kernel names what changed, so a change
/// costs the same in a directory of 50,000 files. Until a directory exists its nearest existing ancestor is
/// watched.
///
/// Owned and used by one source thread.
class DirectoryWatch {
 public:
  /// `root` and the directories below it to report on; absolute, without trailing slash.
  DirectoryWatch(std::string root, std::vector<std::string> directories);
  ~DirectoryWatch();
  DirectoryWatch(const DirectoryWatch&) = delete;
  DirectoryWatch& operator=(const DirectoryWatch&) = delete;

  /// Fails when the kernel gives no inotify instance: watch by polling then.
  [[nodiscard]] Status open();
  /// Readable when there is something to read; -1 when not open.
  [[nodiscard]] int fd() const { return fd_; }

  /// Watches what exists by now; appends new_folder and lost_folder.
  void refresh(std::vector<DirectoryChange>& out);
  /// Appends what happened since; never blocks.
  void read(std::vector<DirectoryChange>& out);

  /// Why some existing directory is not watched; "" when all are.
  [[nodiscard]] const std::string& error() const { return error_; }
  /// How many of `directories` are watched now.
  [[nodiscard]] size_t watched() const { return watched_.size(); }

 private:
  [[nodiscard]] std::set<int> add_watches(std::vector<DirectoryChange>& out);
  void add_outer(std::set<int>& wanted);
  [[nodiscard]] int add(const std::string& path, uint32_t mask);
  void handle(int watch, uint32_t mask, const char* name, std::vector<DirectoryChange>& out);

  const std::vector<std::string> directories_;
  const std::string root_;
  std::vector<std::string> inner_;  // ancestors of the directories below the root
  std::vector<std::string> outer_;  // ancestors of the root, nearest first
  std::set<std::string, std::less<>> component_names_;
  int fd_ = -1;
  std::map<int, std::string> paths_;    // by watch descriptor
  std::map<std::string, int> watched_;  // those of directories_ that are watched
  bool stale_ = false;
  std::string error_;
};

}  // namespace relay
