#include "event_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

EventFile::EventFile(std::string path, uint64_t rotate_bytes, unsigned keep)
    : path_(std::move(path)), rotate_bytes_(rotate_bytes), keep_(keep) {
  open();
}

EventFile::~EventFile() { close(); }

void EventFile::open() {
  fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (fd_ < 0) fail(path_);
  struct stat status {};
  if (::fstat(fd_, &status) != 0) fail(path_);
  if (!S_ISREG(status.st_mode)) {
    close();
    throw std::system_error(EINVAL, std::generic_category(), path_ + " is no regular file");
  }
  size_ = static_cast<uint64_t>(status.st_size);
  cut_off_partial_line();
}

void EventFile::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

// What a crash left behind the last line break.
void EventFile::cut_off_partial_line() {
  std::array<char, 4096> bytes;
  uint64_t end = size_;
  while (end > 0) {
    const uint64_t begin = end > bytes.size() ? end - bytes.size() : 0;
    const ssize_t got =
        ::pread(fd_, bytes.data(), static_cast<size_t>(end - begin), static_cast<off_t>(begin));
    if (got <= 0) fail(path_);
    const std::string_view part(bytes.data(), static_cast<size_t>(got));
    if (const size_t at = part.rfind('\n'); at != std::string_view::npos) {
      end = begin + at + 1;
      break;
    }
    end = begin;
  }
  if (end == size_) return;
  if (::ftruncate(fd_, static_cast<off_t>(end)) != 0) fail(path_);
  size_ = end;
}

void EventFile::append(std::string_view lines) {
  if (fd_ < 0) open();
  if (size_ > 0 && rotate_bytes_ != 0 && size_ + lines.size() > rotate_bytes_) rotate();
  std::string_view rest = lines;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      const int error = written == 0 ? EIO : errno;
      // All or nothing: they come again.
      if (::ftruncate(fd_, static_cast<off_t>(size_)) != 0) close();
      errno = error;
      fail(path_);
    }
    rest.remove_prefix(static_cast<size_t>(written));
  }
  size_ += lines.size();
}

void EventFile::sync() {
  if (fd_ >= 0 && ::fdatasync(fd_) != 0) fail(path_);
}

void EventFile::follow() {
  struct stat here {
  }, there{};
  if (fd_ >= 0 && ::fstat(fd_, &here) == 0 && ::stat(path_.c_str(), &there) == 0 &&
      here.st_ino == there.st_ino && here.st_dev == there.st_dev)
    return;
  close();
  open();
}

void EventFile::rotate() {
  close();
  const auto numbered = [this](unsigned number) {
    return number == 0 ? path_ : path_ + '.' + std::to_string(number);
  };
  if (keep_ == 0) {
    if (::unlink(path_.c_str()) != 0) fail(path_);
  }
  for (unsigned number = keep_; number > 0; --number)
    if (::rename(numbered(number - 1).c_str(), numbered(number).c_str()) != 0 && errno != ENOENT)
      fail(numbered(number));
  open();
}
