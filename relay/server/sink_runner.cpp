#include "server/sink_runner.h"

#include <algorithm>
#include <future>
#include <memory>
#include <utility>

#include "base/thread_name.h"

namespace relay {
namespace {

constexpr size_t kBatchEvents = 256;
constexpr std::chrono::milliseconds kFirstPause{100};
constexpr std::chrono::milliseconds kLongestPause{30000};

}  // namespace

SinkRunner::SinkRunner(SinkPlugin sink, PatternSet match, const Log& log, std::string receives,
                       LogSignal& signal, Logger& logger)
    : sink_(std::move(sink)), match_(std::move(match)), log_(log), signal_(signal), logger_(logger) {
  status_.name = name();
  status_.receives = std::move(receives);
  status_.plugin = describe(sink_.instance());
}

SinkRunner::~SinkRunner() { (void)stop(std::chrono::milliseconds(0)); }

void SinkRunner::start(uint64_t from) {
  next_ = from;
  set_state("following");
  thread_ = std::thread([this] {
    name_thread("sink");
    run();
  });
}

uint64_t SinkRunner::stop(std::chrono::milliseconds patience) {
  if (!thread_.joinable()) return next_;
  give_up_ = (std::chrono::steady_clock::now() + patience).time_since_epoch().count();
  signal_.raise();
  thread_.join();
  set_state("stopped");
  return at_ < pending_.size() ? pending_[at_]->offset() : next_.load();
}

SinkRunner::Status SinkRunner::status() const {
  const uint64_t newest = log_.bounds().newest, next = next_;
  const std::lock_guard lock(mutex_);
  Status status = status_;
  status.plugin.metrics = sink_.instance().metrics();
  status.lag = newest >= next ? newest - next + 1 : 0;
  return status;
}

void SinkRunner::set_state(std::string state) {
  const std::lock_guard lock(mutex_);
  status_.state = std::move(state);
}

bool SinkRunner::out_of_time() const {
  const int64_t give_up = give_up_;
  return give_up != 0 && std::chrono::steady_clock::now().time_since_epoch().count() >= give_up;
}

void SinkRunner::run() {
  for (;;) {
    if (at_ < pending_.size() || read()) {
      deliver();
      if (!out_of_time()) continue;
    } else if (!flushed_) {
      flush();
      continue;
    }
    if (give_up_ != 0) break;
    wait();
  }
  const size_t left = pending_.size() - at_;
  if (left > 0)
    logger_.warn("sinks",
                 name() + " still lacked " + std::to_string(left) + " events when the relay stopped");
}

void SinkRunner::wait() {
  std::unique_lock lock(signal_.mutex);
  signal_.grown.wait(lock, [this] { return give_up_ != 0 || signal_.raised != seen_; });
  seen_ = signal_.raised;
}

// Waits for the disk, if it has to be asked: nobody else waits for this thread. `from` when nothing can be
// read any more.
uint64_t SinkRunner::read_log(uint64_t from, uint64_t to, std::vector<LogReader::Hole>& holes) {
  struct Answer {
    uint64_t next = 0;
    std::vector<EventRef> events;
    std::vector<LogReader::Hole> holes;
  };
  if (from >= log_.bounds().in_memory) {
    log_.read(from, to, kBatchEvents, pending_);
    if (!pending_.empty() && pending_.front()->offset() == from) return pending_.back()->offset() + 1;
  }
  auto promise = std::make_shared<std::promise<Answer>>();
  std::future<Answer> coming = promise->get_future();
  const bool asked = log_.visit([promise = std::move(promise), from, to](LogReader& reader) {
    Answer answer;
    answer.next = reader.read(from, to, kBatchEvents, answer.events, answer.holes);
    promise->set_value(std::move(answer));
  });
  if (!asked) return from;
  try {
    Answer answer = coming.get();
    pending_ = std::move(answer.events);
    holes = std::move(answer.holes);
    return answer.next;
  } catch (const std::future_error&) {  // the log was closed before it came to it
    return from;
  }
}

bool SinkRunner::read() {
  pending_.clear();
  at_ = 0;
  const Log::Bounds bounds = log_.bounds();
  const uint64_t wanted = next_;
  if (bounds.newest < wanted) return false;
  std::vector<LogReader::Hole> holes;
  const uint64_t next = read_log(wanted, bounds.newest, holes);
  if (next == wanted) return false;
  uint64_t skipped = 0;
  for (const LogReader::Hole& hole : holes) skipped += hole.to - hole.from + 1;
  if (skipped > 0) {
    logger_.warn("sinks",
                 name() + " fell behind further than the log reaches: " + std::to_string(skipped) +
                     " events were not looked at; make it faster, or keep more (journal.memory, retention)");
    const std::lock_guard lock(mutex_);
    status_.skipped += skipped;
  }
  next_ = next;
  std::erase_if(pending_, [this](const EventRef& event) { return !match_.matches(event->type()); });
  return true;
}

void SinkRunner::deliver() {
  if (at_ == pending_.size()) return;
  flushed_ = false;
  const SinkPlugin::Outcome outcome = sink_.deliver(std::span(pending_).subspan(at_));
  at_ += outcome.taken;
  const bool refused = outcome.then == SinkPlugin::Outcome::Then::refused && at_ < pending_.size();
  {
    const std::lock_guard lock(mutex_);
    status_.delivered += outcome.taken;
    status_.refused += refused ? 1 : 0;
  }
  if (outcome.taken > 0) pause_ = {};
  if (refused) {
    const Event& event = *pending_[at_++];
    const std::string why = "event " + std::string(event.id()) + " of type " + std::string(event.type()) +
                            " is refused: " + outcome.why;
    logger_.warn("sinks", name() + ": " + why);
    const std::lock_guard lock(mutex_);
    status_.last_error = why;
  }
  if (outcome.then == SinkPlugin::Outcome::Then::again) (void)pause(outcome.why);
}

void SinkRunner::flush() {
  const SinkPlugin::Outcome outcome = sink_.flush();
  if (outcome.then == SinkPlugin::Outcome::Then::again && pause(outcome.why)) return;
  if (outcome.then == SinkPlugin::Outcome::Then::refused)
    logger_.warn("sinks", name() + " could not be flushed: " + outcome.why);
  flushed_ = true;
}

bool SinkRunner::pause(const std::string& why) {
  if (pause_.count() == 0) logger_.warn("sinks", name() + " waits: " + why + "; tries again until it can");
  pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
  {
    const std::lock_guard lock(mutex_);
    ++status_.retries;
    status_.state = "waiting: " + why;
    status_.last_error = why;
  }
  const Time until = std::chrono::steady_clock::now() + pause_;
  std::unique_lock lock(signal_.mutex);
  while (std::chrono::steady_clock::now() < until && !out_of_time()) {
    const int64_t give_up = give_up_;
    const Time end = give_up == 0 ? until : std::min(until, Time(Time::duration(give_up)));
    signal_.grown.wait_until(lock, end);
  }
  lock.unlock();
  set_state("following");
  return !out_of_time();
}

}  // namespace relay
