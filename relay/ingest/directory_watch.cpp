#include "ingest/directory_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace relay {
namespace {

constexpr uint32_t kFolderMask =
    IN_ONLYDIR | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr uint32_t kFileMask = kFolderMask | IN_MODIFY | IN_ATTRIB;
constexpr uint32_t kSelfMask = IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT;

std::string reason(int code) { return std::generic_category().message(code); }

std::string advice(int code) {
  if (code == ENOSPC) return "the kernel's limit of watches is reached; raise fs.inotify.max_user_watches";
  if (code == EMFILE)
    return "the kernel's limit of instances is reached; raise fs.inotify.max_user_instances";
  return reason(code);
}

}  // namespace

DirectoryWatch::DirectoryWatch(std::string root, std::vector<std::string> directories)
    : directories_(std::move(directories)), root_(std::move(root)) {
  for (std::filesystem::path path = root_; path != path.parent_path(); path = path.parent_path()) {
    component_names_.insert(path.filename());
    outer_.push_back(path.parent_path());
  }
  std::set<std::string> inner;
  for (const std::string& directory : directories_)
    for (std::filesystem::path path = directory; path.native().size() > root_.size();
         path = path.parent_path()) {
      component_names_.insert(path.filename());
      inner.insert(path);
    }
  for (const std::string& directory : directories_) inner.erase(directory);
  inner_.assign(inner.begin(), inner.end());
}

DirectoryWatch::~DirectoryWatch() {
  if (fd_ >= 0) close(fd_);
}

Status DirectoryWatch::open() {
  fd_ = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd_ >= 0) return {};
  error_ = "no inotify: " + advice(errno);
  return fail("no_inotify", "inotify", error_);
}

void DirectoryWatch::refresh(std::vector<DirectoryChange>& out) {
  if (fd_ < 0) return;
  stale_ = false;
  std::set<int> wanted = add_watches(out);
  // A directory made before its parent's watch stood sends no event: look until nothing new is found.
  for (std::set<int> again = add_watches(out); again != wanted; again = add_watches(out))
    wanted = std::move(again);
  for (auto it = paths_.begin(); it != paths_.end();) {
    if (wanted.contains(it->first)) {
      ++it;
      continue;
    }
    inotify_rm_watch(fd_, it->first);
    it = paths_.erase(it);
  }
}

std::set<int> DirectoryWatch::add_watches(std::vector<DirectoryChange>& out) {
  std::set<int> wanted;
  error_.clear();
  for (const std::string& path : inner_)
    if (const int watch = add(path, kFolderMask); watch >= 0) wanted.insert(watch);
  for (const std::string& path : directories_) {
    const int watch = add(path, kFileMask);
    const auto known = watched_.find(path);
    if (known != watched_.end() && known->second != watch) {
      watched_.erase(known);
      out.push_back({DirectoryChange::Kind::lost_folder, path, {}});
    }
    if (watch < 0) continue;
    wanted.insert(watch);
    if (watched_.emplace(path, watch).second) out.push_back({DirectoryChange::Kind::new_folder, path, {}});
  }
  if (!watched_.contains(root_)) add_outer(wanted);
  return wanted;
}

void DirectoryWatch::add_outer(std::set<int>& wanted) {
  for (const std::string& path : outer_) {
    const int watch = add(path, kFolderMask);
    if (watch < 0) continue;
    wanted.insert(watch);
    return;
  }
}

int DirectoryWatch::add(const std::string& path, uint32_t mask) {
  const int watch = inotify_add_watch(fd_, path.c_str(), mask);
  if (watch >= 0) {
    paths_[watch] = path;
  } else if (errno != ENOENT && errno != ENOTDIR) {
    error_ = path + " is not watched: " + advice(errno);
  }
  return watch;
}

void DirectoryWatch::read(std::vector<DirectoryChange>& out) {
  if (fd_ < 0) return;
  alignas(inotify_event) char buffer[16 * 1024];
  while (true) {
    const ssize_t got = ::read(fd_, buffer, sizeof buffer);
    if (got <= 0) break;
    for (const char* at = buffer; at < buffer + got;) {
      const auto* event = reinterpret_cast<const inotify_event*>(at);
      handle(event->wd, event->mask, event->len > 0 ? event->name : "", out);
      at += sizeof(inotify_event) + event->len;
    }
  }
  if (stale_) refresh(out);
}

void DirectoryWatch::handle(int watch, uint32_t mask, const char* name, std::vector<DirectoryChange>& out) {
  if ((mask & IN_Q_OVERFLOW) != 0) {
    stale_ = true;
    out.push_back({DirectoryChange::Kind::overflow, {}, {}});
    return;
  }
  const auto found = paths_.find(watch);
  if (found == paths_.end()) return;
  const std::string path = found->second;
  if ((mask & kSelfMask) != 0) stale_ = true;
  if ((mask & IN_IGNORED) != 0) paths_.erase(found);
  if ((mask & IN_ISDIR) != 0 && component_names_.contains(std::string_view(name))) stale_ = true;
  if (*name == '\0' || (mask & IN_ISDIR) != 0) return;
  auto kind = DirectoryChange::Kind::touched;
  if ((mask & (IN_DELETE | IN_MOVED_FROM)) != 0) kind = DirectoryChange::Kind::gone;
  if ((mask & (IN_CREATE | IN_MOVED_TO)) != 0) kind = DirectoryChange::Kind::appeared;
  out.push_back({kind, path, name});
}

}  // namespace relay
