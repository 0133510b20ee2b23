#include "ingest/line_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "base/fnv.h"

namespace relay {
namespace {

constexpr size_t kChunk = 64 * 1024;
constexpr size_t kFingerprint = LineReader::Fingerprint::kMost;

std::string reason(int code) { return std::generic_category().message(code); }

ssize_t read_at(int fd, char* out, size_t size, uint64_t offset) {
  ssize_t got;
  do got = pread(fd, out, size, static_cast<off_t>(offset));
  while (got < 0 && errno == EINTR);
  return got;
}

}  // namespace

Status LineReader::open(const std::string& path) {
  // O_NONBLOCK: a FIFO with a matching name must not hold the thread.
  const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0)
    return fail(errno == ENOENT ? "no_file" : "open_failed", path, "cannot be opened: " + reason(errno));
  struct stat info {};
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    ::close(fd);
    return fail("not_a_file", path, "is not a regular file; move it away or rename it");
  }
  const FileIdentity found{info.st_dev, info.st_ino};
  if (identity_.inode != 0 && found != identity_) {
    ::close(fd);
    return fail("replaced", path, "is another file by now");
  }
  close();
  fd_ = fd;
  identity_ = found;
  if (!still_the_same()) restart();
  return {};
}

void LineReader::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  lines_.release();
}

LineReader::Next LineReader::next(Line& line) {
  while (true) {
    switch (lines_.take(line)) {
      case LineBuffer::Take::line:
        return Next::line;
      case LineBuffer::Take::too_long:
        return Next::too_long;
      case LineBuffer::Take::none:
        break;
    }
    switch (refill()) {
      case Refill::more:
        break;
      case Refill::none:
        return Next::end;
      case Refill::failed:
        return Next::failed;
    }
  }
}

LineReader::Refill LineReader::refill() {
  if (!still_the_same()) restart();
  char* room = lines_.prepare(kChunk);
  const ssize_t got = read_at(fd_, room, kChunk, position() + lines_.waiting());
  if (got < 0) {
    error_ = "cannot be read: " + reason(errno);
    return Refill::failed;
  }
  lines_.commit(static_cast<size_t>(got));
  return got == 0 ? Refill::none : Refill::more;
}

bool LineReader::still_the_same() {
  const uint64_t size = size_now();
  if (size < position() + lines_.waiting()) return false;
  if (fingerprint_.length > 0) {
    std::array<char, kFingerprint> head;
    const ssize_t got = read_at(fd_, head.data(), fingerprint_.length, 0);
    if (got != static_cast<ssize_t>(fingerprint_.length)) return false;
    if (fnv1a({head.data(), fingerprint_.length}) != fingerprint_.hash) return false;
  }
  extend_fingerprint(size);
  return true;
}

void LineReader::extend_fingerprint(uint64_t size) {
  if (fingerprint_.length == kFingerprint || size <= fingerprint_.length) return;
  std::array<char, kFingerprint> head;
  const ssize_t got = read_at(fd_, head.data(), kFingerprint, 0);
  if (got <= 0) return;
  fingerprint_ = {static_cast<uint32_t>(got), fnv1a({head.data(), static_cast<size_t>(got)})};
}

void LineReader::restart() {
  lines_.reset(0);
  fingerprint_ = {};
  ++restarts_;
  extend_fingerprint(size_now());
}

void LineReader::resume(uint64_t offset, const Fingerprint& fingerprint) {
  lines_.reset(offset);
  fingerprint_ = fingerprint;
}

void LineReader::skip_to(uint64_t offset) {
  std::string block(4096, '\0');
  const uint64_t lowest = offset > max_line_ ? offset - max_line_ : 0;
  for (uint64_t end = offset; end > lowest;) {
    const uint64_t start = std::max<uint64_t>(lowest, end > block.size() ? end - block.size() : 0);
    const ssize_t got = read_at(fd_, block.data(), end - start, start);
    if (got != static_cast<ssize_t>(end - start)) break;
    const size_t at = std::string_view(block.data(), static_cast<size_t>(got)).rfind('\n');
    if (at != std::string_view::npos) {
      return lines_.reset(start + at + 1);
    }
    end = start;
  }
  lines_.reset(lowest, lowest > 0);
}

uint64_t LineReader::links() const {
  struct stat info {};
  return fstat(fd_, &info) == 0 ? info.st_nlink : 0;
}

uint64_t LineReader::size_now() const {
  struct stat info {};
  return fstat(fd_, &info) == 0 ? static_cast<uint64_t>(info.st_size) : 0;
}

}  // namespace relay
