#include "isolation/process_news.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include "base/thread_name.h"
#include "isolation/bytes.h"
#include "isolation/call.h"
#include "isolation/outcome.h"
#include "plugin/event_fields.h"
#include "plugin/one_line.h"

namespace relay {
namespace {

constexpr size_t kMaxMessage = 1 << 20;
constexpr size_t kMaxLine = 1024;
constexpr std::chrono::milliseconds kRetry{5};

}  // namespace

ProcessNews::ProcessNews(int news_fd, int output_fd, std::string name,
                         const PluginInstance::Surroundings& surroundings)
    : news_fd_(news_fd),
      output_fd_(output_fd),
      name_(std::move(name)),
      surroundings_(surroundings),
      message_(kMaxMessage, '\0'),
      thread_([this] {
        name_thread("news");
        run();
      }) {}

ProcessNews::~ProcessNews() {
  ending_ = true;
  thread_.join();
  ::close(news_fd_);
  ::close(output_fd_);
}

void ProcessNews::run() {
  std::array<pollfd, 2> sources = {pollfd{news_fd_, POLLIN, 0}, pollfd{output_fd_, POLLIN, 0}};
  while (sources[0].fd >= 0 || sources[1].fd >= 0) {
    if (::poll(sources.data(), sources.size(), -1) < 0) continue;  // a signal
    if (sources[0].revents != 0 && !read_news()) sources[0].fd = -1;
    if (sources[1].revents != 0 && !read_output()) sources[1].fd = -1;
  }
  if (!line_.empty()) print(std::exchange(line_, {}));
}

bool ProcessNews::read_news() {
  const ssize_t count = ::recv(news_fd_, message_.data(), message_.size(), MSG_DONTWAIT);
  if (count > 0) take(std::string_view(message_).substr(0, static_cast<size_t>(count)));
  return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

void ProcessNews::take(std::string_view message) {
  ByteReader in(message);
  const auto kind = static_cast<NewsKind>(in.number<uint32_t>());
  if (kind == NewsKind::log) {
    const int32_t level = std::clamp<int32_t>(in.number<int32_t>(), SENECA_LOG_DEBUG, SENECA_LOG_ERROR);
    const std::string_view text = in.text();
    if (in.at_end())
      surroundings_.logger.write(static_cast<LogLevel>(level), name_, one_line(text, kMaxLine));
    return;
  }
  if (kind != NewsKind::publish) return;
  const seneca_event event = read_event(in);
  EventFields fields;
  if (!in.at_end() || event.time_us == 0 || event.id.len == 0 ||
      from_abi(event, surroundings_.limits, fields) != SENECA_OK)
    return surroundings_.logger.warn(name_, "its process published what is no valid event");
  publish(fields);
}

// While it waits for room, the socket fills up, and the plugin is told so.
void ProcessNews::publish(const EventFields& fields) {
  while (!surroundings_.services.publish(fields)) {
    if (ending_) return surroundings_.logger.warn(name_, "an event it published is lost: the intake is full");
    std::this_thread::sleep_for(kRetry);
  }
}

bool ProcessNews::read_output() {
  std::array<char, 4096> bytes;
  const ssize_t count = ::read(output_fd_, bytes.data(), bytes.size());
  if (count <= 0) return count < 0 && (errno == EINTR || errno == EAGAIN);
  for (const char byte : std::string_view(bytes.data(), static_cast<size_t>(count))) {
    if (byte != '\n' && line_.size() < kMaxLine) {
      line_ += byte;
      continue;
    }
    if (!line_.empty()) print(std::exchange(line_, {}));
    if (byte != '\n') line_ += byte;
  }
  return true;
}

void ProcessNews::print(std::string_view text) {
  surroundings_.logger.warn(name_, "it printed: " + one_line(text, kMaxLine));
}

}  // namespace relay
