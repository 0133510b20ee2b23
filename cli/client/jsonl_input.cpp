#include "cli/client/jsonl_input.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace relay {
namespace {

constexpr size_t kPieceBytes = 128 << 10;
constexpr std::string_view kZstdMagic = "\x28\xB5\x2F\xFD";

sigset_t ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

void JsonlInput::End::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

Result<std::unique_ptr<JsonlInput>> JsonlInput::open(const std::string& path) {
  const int descriptor = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return fail("no_input", path, std::string("cannot be read (") + std::strerror(errno) + ")");
  return std::unique_ptr<JsonlInput>(new JsonlInput(descriptor, path));
}

JsonlInput::JsonlInput(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {
  struct stat status {};
  if (::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode))
    bytes_ = static_cast<uint64_t>(status.st_size);
  const sigset_t set = ending_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, &before_);
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

JsonlInput::~JsonlInput() {
  if (signals_ >= 0) ::close(signals_);
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
}

tl::unexpected<Error> JsonlInput::unreadable(const std::string& why) const {
  return fail("no_input", path_, "cannot be read to its end (" + why + ")");
}

Status JsonlInput::read_some() {
  std::array<pollfd, 2> ready{{{descriptor_, POLLIN, 0}, {signals_, POLLIN, 0}}};
  while (::poll(ready.data(), ready.size(), -1) < 0)
    if (errno != EINTR) return unreadable(std::strerror(errno));
  if (ready[1].revents != 0) {
    signalfd_siginfo taken{};
    static_cast<void>(::read(signals_, &taken, sizeof taken));
    return fail("interrupted", path_, "was not read to its end");
  }
  raw_.erase(0, std::exchange(raw_at_, 0));
  const size_t before = raw_.size();
  raw_.resize(before + kPieceBytes);
  const ssize_t size = ::read(descriptor_, raw_.data() + before, kPieceBytes);
  raw_.resize(before + static_cast<size_t>(std::max<ssize_t>(size, 0)));
  if (size < 0 && errno != EINTR && errno != EAGAIN) return unreadable(std::strerror(errno));
  if (size > 0) bytes_read_ += static_cast<uint64_t>(size);
  ended_ = size == 0;
  return {};
}

Status JsonlInput::decompress_some() {
  const size_t before = text_.size();
  text_.resize(before + kPieceBytes);
  ZSTD_inBuffer in{raw_.data(), raw_.size(), raw_at_};
  ZSTD_outBuffer out{text_.data() + before, kPieceBytes, 0};
  frame_left_ = ZSTD_decompressStream(context_.get(), &out, &in);
  if (ZSTD_isError(frame_left_) != 0) return unreadable(ZSTD_getErrorName(frame_left_));
  text_.resize(before + out.pos);
  raw_at_ = in.pos;
  more_waits_ = out.pos == kPieceBytes;
  return {};
}

// One piece more of text, or the end.
Status JsonlInput::fill() {
  if (raw_at_ == raw_.size() && !more_waits_) {
    if (Status read = read_some(); !read) return read;
    if (ended_ && frame_left_ != 0) return unreadable("its last zstd frame is not whole");
  }
  if (!begun_) {
    if (raw_.size() < kZstdMagic.size() && !ended_) return read_some();
    begun_ = true;
    if (raw_.starts_with(kZstdMagic)) context_.reset(ZSTD_createDCtx());
  }
  if (context_ != nullptr) return raw_at_ < raw_.size() || more_waits_ ? decompress_some() : Status{};
  text_.append(raw_, raw_at_);
  raw_at_ = raw_.size();
  return {};
}

Result<JsonlInput::Take> JsonlInput::next(std::string_view& line) {
  bool too_long = false;
  for (;;) {
    const size_t end = text_.find('\n', std::max(at_, searched_));
    const bool last = end == std::string::npos && ended_ && raw_at_ == raw_.size() && !more_waits_;
    if (end != std::string::npos || last) {
      if (last && at_ == text_.size() && !too_long) return Take::end;
      line = std::string_view(text_).substr(at_, (last ? text_.size() : end) - at_);
      at_ = searched_ = last ? text_.size() : end + 1;
      ++line_number_;
      if (too_long || line.size() > kMaxLine) return Take::too_long;
      if (line.find_first_not_of(" \t\r") != std::string_view::npos) return Take::line;
      continue;
    }
    text_.erase(0, std::exchange(at_, 0));
    if (text_.size() > kMaxLine) {
      too_long = true;
      text_.clear();
    }
    searched_ = text_.size();
    if (Status filled = fill(); !filled) return tl::unexpected(filled.error());
  }
}

}  // namespace relay
