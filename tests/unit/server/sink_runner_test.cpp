#include "server/sink_runner.h"

#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "log/memory_log.h"
#include "support/plugin_bench.h"
#include "support/temp_dir.h"

using namespace relay;
using namespace relay::test;
using namespace std::chrono_literals;

namespace {

/// A log, and the fixture `picky_sink` that follows it.
class SinkBench {
 public:
  explicit SinkBench(uint64_t log_events = 1000, const std::string& match = "**")
      : log("epoch", log_events, 1 << 20),
        path_(directory_.path() / "taken"),
        runner(SinkPlugin(bench_.must_create(fixture("picky_sink"), R"({"path":")" + path_.string() + "\"}")),
               *PatternSet::parse_list(match), log, "events", signal, bench_.logger) {}

  void append(const std::vector<std::string>& types) {
    std::vector<EventRef> events;
    for (const std::string& type : types) events.push_back(make_event(type, "e" + std::to_string(++number_)));
    log.append(std::move(events));
    signal.raise();
  }
  /// What the sink has taken, "flush" left out.
  std::vector<std::string> taken() const {
    std::vector<std::string> words;
    std::ifstream file(path_);
    for (std::string word; file >> word;)
      if (word != "flush") words.push_back(word);
    return words;
  }
  void allow() { std::ofstream(path_.string() + ".now") << "go"; }
  /// Polls, as the runner tells nobody.
  template <class Condition>
  SinkRunner::Status until(Condition condition) {
    for (int i = 0; i < 3000; ++i) {
      const SinkRunner::Status status = runner.status();
      if (condition(status)) return status;
      std::this_thread::sleep_for(5ms);
    }
    FAIL("it never came so far");
    return {};
  }

 private:
  TempDir directory_;
  Bench bench_;
  int number_ = 0;

 public:
  MemoryLog log;
  LogSignal signal;

 private:
  const std::filesystem::path path_;

 public:
  SinkRunner runner;
};

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a sink gets what matches, in order, from where it begins") {
  SinkBench bench(1000, "agent.*");
  bench.append({"agent.early"});
  bench.runner.start(2);
  bench.append({"agent.a", "task.b", "agent.c"});
  const auto status = bench.until([](const auto& now) { return now.delivered == 2 && now.lag == 0; });
  CHECK(bench.taken() == Words{"e2", "e4"});
  CHECK(status.state == "following");
  CHECK(status.skipped == 0);
}

TEST_CASE("an event that a sink never takes is given up and counted, the others arrive") {
  SinkBench bench;
  bench.append({"a", "never", "b", "never"});
  bench.runner.start(1);
  const auto status = bench.until([](const auto& now) { return now.refused == 2; });
  CHECK(status.delivered == 2);
  CHECK(bench.taken() == Words{"e1", "e3"});
  CHECK(status.last_error.find("type never is refused: never") != std::string::npos);
}

TEST_CASE("a sink that says not now gets the same again later, and nothing twice") {
  SinkBench bench;
  bench.append({"a", "not.now", "b"});
  bench.runner.start(1);
  const auto waiting = bench.until([](const auto& now) { return now.retries > 0; });
  CHECK(waiting.delivered == 1);
  bench.allow();
  bench.until([](const auto& now) { return now.delivered == 3; });
  CHECK(bench.taken() == Words{"e1", "e2", "e3"});
}

TEST_CASE("what left the log before a sink read it is counted as skipped") {
  SinkBench bench(10);
  for (int i = 0; i < 10; ++i) bench.append({"a", "b", "c"});
  bench.runner.start(1);
  const auto status = bench.until([](const auto& now) { return now.lag == 0 && now.delivered == 10; });
  CHECK(status.skipped == 20);
  CHECK(bench.taken().front() == "e21");
}

TEST_CASE("a stop hands over what is in the log, and tells where to go on when that does not work") {
  SinkBench bench;
  bench.runner.start(1);
  bench.append({"a", "b"});
  CHECK(bench.runner.stop(10s) == 3);
  CHECK(bench.taken() == Words{"e1", "e2"});

  SinkBench stuck;
  stuck.append({"a", "not.now", "b"});
  stuck.runner.start(1);
  stuck.until([](const auto& now) { return now.retries > 0; });
  CHECK(stuck.runner.stop(50ms) == 2);
  CHECK(stuck.runner.status().state == "stopped");
}
