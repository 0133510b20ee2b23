#include "cli/client/line_input.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

namespace relay {

LineInput::LineInput(ClientLoop& loop, int fd, std::function<void()> arrived)
    : fd_(fd),
      arrived_(std::move(arrived)),
      watch_(std::make_unique<ReadableWatch>(loop, fd, [this] { return read_some(); })) {
  if (!watch_->active()) ended_ = true;
}

bool LineInput::read_some() {
  std::array<char, 65536> chunk;
  const ssize_t size = ::read(fd_, chunk.data(), chunk.size());
  if (size < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  if (size > 0)
    buffer_.append(chunk.data(), static_cast<size_t>(size));
  else
    ended_ = true;
  const bool one_line = buffer_.find('\n', at_) == std::string::npos;
  if (one_line && buffer_.size() - at_ > kMaxLine) line_too_long_ = ended_ = true;
  if (!one_line && buffer_.size() - at_ > kAheadBytes) watch_->pause(true);
  const bool more = !ended_;
  arrived_();
  return more;
}

std::optional<std::string> LineInput::next() {
  while (at_ < buffer_.size()) {
    const size_t end = buffer_.find('\n', at_);
    if (end == std::string::npos && !ended_) break;
    std::string line = buffer_.substr(at_, end == std::string::npos ? end : end - at_);
    at_ = end == std::string::npos ? buffer_.size() : end + 1;
    ++line_number_;
    if (line.find_first_not_of(" \t\r") != std::string::npos) return line;
  }
  buffer_.erase(0, at_);
  at_ = 0;
  if (!ended_) watch_->pause(false);
  return std::nullopt;
}

}  // namespace relay
