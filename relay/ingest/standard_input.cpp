#include "ingest/standard_input.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/thread_name.h"
#include "event/envelope.h"

namespace relay {
namespace {

constexpr size_t kChunk = 64 * 1024;

}  // namespace

StandardInput::StandardInput(Intake& intake, Clock& clock, Logger& logger, const SourceConfig& config, int fd)
    : config_(config),
      fd_(fd),
      clock_(clock),
      logger_(logger),
      board_("stdin", "stdin"),
      delivery_(intake, stop_, board_),
      lines_(static_cast<uint64_t>(config.max_line)) {}

StandardInput::~StandardInput() { stop(); }

void StandardInput::start() {
  board_.update([](SourceStatus& status) { status.state = "reading"; });
  thread_ = std::thread([this] {
    name_thread("source-stdin");
    run();
  });
}

void StandardInput::stop() {
  stop_.raise();
  if (thread_.joinable()) thread_.join();
}

void StandardInput::run() {
  Input input = read_some();
  while (input == Input::bytes && publish_lines(false)) input = read_some();
  if (input == Input::ended && publish_lines(true)) {
    board_.update([](SourceStatus& status) { status.state = "ended"; });
    return;
  }
  board_.update([](SourceStatus& status) { status.state = "stopped"; });
}

StandardInput::Input StandardInput::read_some() {
  while (true) {
    std::array<pollfd, 2> wanted{{{stop_.fd(), POLLIN, 0}, {fd_, POLLIN, 0}}};
    if (poll(wanted.data(), wanted.size(), -1) < 0 && errno != EINTR) return Input::stopped;
    if (wanted[0].revents != 0) return Input::stopped;
    if (wanted[1].revents == 0) continue;
    const ssize_t got = read(fd_, lines_.prepare(kChunk), kChunk);
    if (got > 0) {
      lines_.commit(static_cast<size_t>(got));
      return Input::bytes;
    }
    if (got == 0) return Input::ended;
    if (errno == EINTR || errno == EAGAIN) continue;
    const std::string why = std::generic_category().message(errno);
    board_.update([&](SourceStatus& status) { status.last_error = "stdin: cannot be read: " + why; });
    return Input::ended;
  }
}

bool StandardInput::publish_lines(bool ended) {
  LineBuffer::Line line;
  const auto take = [&] {
    const LineBuffer::Take taken = lines_.take(line);
    return taken == LineBuffer::Take::none && ended ? lines_.take_last(line) : taken;
  };
  for (LineBuffer::Take taken = take(); taken != LineBuffer::Take::none; taken = take()) {
    if (taken == LineBuffer::Take::line)
      parse(line);
    else
      skip(line, "line is longer than max_line");
  }
  return delivery_.deliver(batch_, std::exchange(batch_bytes_, 0));
}

void StandardInput::parse(const LineBuffer::Line& line) {
  uint64_t repaired = 0;
  EnvelopeOptions options;
  options.default_source = "/stdin";
  options.now_wall_us = clock_.wall_us();
  options.naive_tz_offset_s = config_.naive_tz_offset_s;
  options.max_data = static_cast<size_t>(config_.max_line);
  options.tolerant = true;
  options.repaired = &repaired;
  Result<EventRef> event = parse_event(line.text, options);
  if (!event) return skip(line, event.error().to_string());
  if (repaired > 0) board_.update([](SourceStatus& status) { ++status.repaired; });
  batch_.push_back(std::move(*event));
  batch_bytes_ += line.text.size();
}

// The first bad line is reported; the rest are counted.
void StandardInput::skip(const LineBuffer::Line& line, std::string_view why) {
  const std::string text = "stdin:" + std::to_string(line.offset) + " skipped: " + std::string(why);
  board_.update([&](SourceStatus& status) {
    ++status.skipped_lines;
    status.last_error = text;
  });
  if (!std::exchange(reported_, true)) logger_.warn("ingest", text);
}

}  // namespace relay
