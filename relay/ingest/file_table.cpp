#include "ingest/file_table.h"

#include <dirent.h>

#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>

#include "ingest/record_kind.h"

namespace relay {
namespace {

constexpr int64_t kIdleUs = 300'000'000;
constexpr int64_t kDetachedUs = 60'000'000;

FileIdentity identity_of(const struct stat& info) { return {info.st_dev, info.st_ino}; }

std::string directory_of(const std::string& path) { return path.substr(0, path.rfind('/')); }
std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

int64_t modified_us(const struct stat& info) {
  return info.st_mtim.tv_sec * int64_t{1'000'000} + info.st_mtim.tv_nsec / 1000;
}

// Of the size it had, but written since: perhaps truncated and written anew.
bool has_news(const FollowedFile& file, const struct stat& info) {
  return static_cast<uint64_t>(info.st_size) != file.reader().position() ||
         modified_us(info) != file.modified_us;
}

}  // namespace

FileTable::FileTable(const FollowedFile::Context& context, OpenFiles& open_files, Obstacles& obstacles,
                     Clock& clock, int64_t backfill_us, std::map<FileIdentity, FilePosition> stored,
                     std::vector<SourcePosition>& positions)
    : context_(context),
      open_files_(open_files),
      obstacles_(obstacles),
      clock_(clock),
      backfill_us_(backfill_us),
      stored_(std::move(stored)),
      positions_(positions),
      missing_due_us_(clock.monotonic_us() + kDetachedUs) {}

void FileTable::look(const std::string& directory, const std::string& name, bool appeared, Arrival arrival,
                     News& news) {
  const std::string path = directory + "/" + name;
  const bool wanted = kind_of_file(name).has_value();
  if (!wanted && !appeared && !by_path_.contains(path)) return;
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) return gone(path, news);
  if (S_ISLNK(info.st_mode)) {
    if (!wanted) return;
    symbolic_links_.insert(path);
    if (stat(path.c_str(), &info) != 0) return;
  }
  if (S_ISREG(info.st_mode)) return look_at(path, info, arrival, news);
  if (wanted) obstacles_.note(path, path + ": is not a regular file; move it away or rename it");
}

void FileTable::look_at(const std::string& path, const struct stat& info, Arrival arrival, News& news) {
  FollowedFile* file = known(path, identity_of(info));
  if (file == nullptr) {
    detach(path, news);
    file = info.st_size > 0 ? add(path, info, arrival) : nullptr;
    if (file == nullptr) return;
    file->modified_us = modified_us(info);
  }
  if (has_news(*file, info))
    news.push_back(file);
  else
    obstacles_.clear(path);
  file->links = info.st_nlink;
  file->size = static_cast<uint64_t>(info.st_size);
  file->modified_us = modified_us(info);
}

FollowedFile* FileTable::known(const std::string& path, const FileIdentity& identity) {
  const auto found = files_.find(identity);
  if (found == files_.end()) return nullptr;
  FollowedFile& file = *found->second;
  if (file.path() == path && file.detached_at_us == 0) return &file;
  struct stat other {};
  const bool second_name =
      file.detached_at_us == 0 && stat(file.path().c_str(), &other) == 0 && identity_of(other) == identity;
  if (!second_name) attach(file, path);
  return &file;
}

void FileTable::attach(FollowedFile& file, const std::string& path) {
  const auto old = by_path_.find(file.path());
  if (old != by_path_.end() && old->second == &file) by_path_.erase(old);
  News replaced;
  detach(path, replaced);
  file.set_path(path);
  if (const auto kind = kind_of_file(name_of(path))) file.set_kind(*kind);
  file.detached_at_us = 0;
  by_path_[path] = &file;
  // While it was closed, its inode may have become another file's.
  if (!file.reader().is_open()) check_beginning(file);
}

bool FileTable::is_known(const FileIdentity& identity) const {
  return files_.contains(identity) || stored_.contains(identity);
}

FollowedFile* FileTable::add(const std::string& path, const struct stat& info, Arrival arrival) {
  if (const auto found = stored_.find(identity_of(info)); found != stored_.end())
    return resume(path, stored_.extract(found).mapped());
  const auto kind = kind_of_file(name_of(path));
  if (!kind) return nullptr;
  auto added = std::make_unique<FollowedFile>(context_, path, *kind, identity_of(info));
  FollowedFile& file = *added;
  by_path_[path] = &file;
  files_[identity_of(info)] = std::move(added);
  if (arrival == Arrival::start) begin(file, info);
  return &file;
}

FollowedFile* FileTable::resume(const std::string& path, const FilePosition& position) {
  const auto kind = kind_of_file(name_of(path));
  auto added =
      std::make_unique<FollowedFile>(context_, path, kind.value_or(position.kind), position.identity);
  FollowedFile& file = *added;
  file.resume(position);
  check_beginning(file);
  if (!kind && file.reader().restarts() > 0) {
    // A foreign file that got the inode of a log deleted meanwhile.
    positions_.push_back(no_position(context_.source, position.identity));
    return nullptr;
  }
  by_path_[path] = &file;
  files_[position.identity] = std::move(added);
  return &file;
}

void FileTable::begin(FollowedFile& file, const struct stat& info) {
  const auto size = static_cast<uint64_t>(info.st_size);
  if (backfill_us_ > 0 && modified_us(info) >= clock_.wall_us() - backfill_us_)
    return file.set_backfill_end(size);
  file.set_start(size);
  check_beginning(file);
  if (auto position = file.position()) positions_.push_back(std::move(*position));
}

// Opens the file once, so that it is known by its first bytes should its inode be used again, and is read
// from its start when that has happened already.
void FileTable::check_beginning(FollowedFile& file) {
  if (open_files_.use(file)) open_files_.close(file);
}

void FileTable::gone(const std::string& path, News& news) {
  symbolic_links_.erase(path);
  obstacles_.clear(path);
  detach(path, news);
}

void FileTable::detach(const std::string& path, News& news) {
  const auto found = by_path_.find(path);
  if (found == by_path_.end()) return;
  FollowedFile& file = *found->second;
  by_path_.erase(found);
  file.detached_at_us = clock_.monotonic_us();
  if (file.reader().is_open()) news.push_back(&file);
}

void FileTable::folder_gone(const std::string& directory, News& news) {
  forget_names_not_in(directory, {}, news);
}

void FileTable::scan(const std::string& directory, Arrival arrival, News& news) {
  DIR* listing = opendir(directory.c_str());
  if (listing == nullptr) {
    if (errno == ENOENT || errno == ENOTDIR) return folder_gone(directory, news);
    const std::string why = std::generic_category().message(errno);
    context_.board.update([&](SourceStatus& status) { status.last_error = directory + ": " + why; });
    return;
  }
  struct stat own {};
  const dev_t device = fstat(dirfd(listing), &own) == 0 ? own.st_dev : 0;
  std::set<std::string> names;
  while (const dirent* entry = readdir(listing)) {
    const std::string name = entry->d_name;
    // A file that got a foreign name is still followed.
    if (!kind_of_file(name) && !is_known({device, entry->d_ino})) continue;
    look(directory, name, true, arrival, news);
    if (by_path_.contains(directory + "/" + name)) names.insert(name);
  }
  closedir(listing);
  forget_names_not_in(directory, names, news);
}

void FileTable::forget_names_not_in(const std::string& directory, const std::set<std::string>& names,
                                    News& news) {
  std::vector<std::string> missing;
  for (const auto& [path, file] : by_path_)
    if (directory_of(path) == directory && !names.contains(name_of(path))) missing.push_back(path);
  for (const std::string& path : missing) gone(path, news);
}

void FileTable::tick(News& news) {
  // First, so that nothing in `news` is forgotten.
  open_files_.close_idle(kIdleUs, kDetachedUs);
  forget_detached();
  forget_missing();
  for (FollowedFile* file : open_files_.files())
    if (file->reader().size_now() != file->reader().position()) news.push_back(file);
  const std::set<std::string> links = symbolic_links_;
  for (const std::string& path : links) look(directory_of(path), name_of(path), false, Arrival::later, news);
  for (const std::string& path : obstacles_.due())
    look(directory_of(path), name_of(path), false, Arrival::later, news);
}

uint64_t FileTable::unread_bytes() const {
  uint64_t bytes = 0;
  for (const auto& [identity, file] : files_)
    if (file->merging() && file->size > file->reader().position())
      bytes += file->size - file->reader().position();
  return bytes;
}

void FileTable::forget_detached() {
  if (by_path_.size() == files_.size()) return;
  const int64_t now_us = clock_.monotonic_us();
  std::erase_if(files_, [&](const auto& entry) {
    const FollowedFile& file = *entry.second;
    // With more names than one another of them may still lead to it.
    const bool forgotten = file.detached_at_us != 0 && !file.reader().is_open() && !file.merging() &&
                           file.links <= 1 && now_us - file.detached_at_us >= kDetachedUs;
    if (forgotten) positions_.push_back(no_position(context_.source, entry.first));
    return forgotten;
  });
}

// Files that were gone when the relay came back. Those on a disk that is not there (yet) are not.
void FileTable::forget_missing() {
  if (clock_.monotonic_us() < missing_due_us_) return;
  missing_due_us_ = std::numeric_limits<int64_t>::max();
  std::erase_if(stored_, [&](const auto& entry) {
    const std::string& path = entry.second.path;
    struct stat folder {
    }, other{};
    if (stat(directory_of(path).c_str(), &folder) != 0) return false;
    const bool there = stat(path.c_str(), &other) == 0 ? identity_of(other) == entry.first : errno != ENOENT;
    if (!there) positions_.push_back(no_position(context_.source, entry.first));
    return !there;
  });
}

}  // namespace relay
