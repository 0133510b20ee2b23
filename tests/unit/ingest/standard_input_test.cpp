#include "ingest/standard_input.h"

#include <unistd.h>

#include <memory>
#include <string>

#include "following.h"
#include "support/catch.h"

namespace relay::test {
namespace {

/// A StandardInput at the reading end of a pipe.
class Piped {
 public:
  explicit Piped(int64_t max_line = 4096, size_t max_events = 100000)
      : intake(max_events, 1 << 20), drain(intake) {
    REQUIRE(pipe(ends_) == 0);
    SourceConfig config;
    config.max_line = max_line;
    source = std::make_unique<StandardInput>(intake, clock_, *logger_, config, ends_[0]);
    source->start();
  }
  ~Piped() {
    source.reset();
    ::close(ends_[0]);
    end_writing();
  }
  void write(const std::string& text) const {
    REQUIRE(::write(ends_[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  void end_writing() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

  Intake intake;
  Drain drain;
  std::unique_ptr<StandardInput> source;

 private:
  int ends_[2] = {-1, -1};
  SystemClock clock_;
  std::unique_ptr<Logger> logger_ = make_null_logger();
};

TEST_CASE("lines of a pipe become events, the last one without a line break too, and the source ends") {
  Piped input;
  input.write("{\"type\": \"a.b\", \"data\": {\"n\": 1}}\n\n{\"specversion\": \"1.0\", \"id\": \"x\", \"sou");
  REQUIRE(input.drain.until_count(1));
  input.write("rce\": \"/me\", \"type\": \"c.d\", \"data\": {\"n\": 2}}");
  input.end_writing();
  REQUIRE(input.drain.until_count(2));
  CHECK(input.drain.numbers() == range(1, 2));
  CHECK(input.drain.events[1]->source() == "/me");
  CHECK(input.drain.until([&] { return input.source->status().state == "ended"; }));
}

TEST_CASE("bad and over-long lines of a pipe are skipped and counted") {
  Piped input(100);
  input.write("nonsense\n" + std::string(70'000 - 10'000, 'x'));
  input.write(std::string(5000, 'x') + "\n{\"type\": \"a\", \"data\": {\"n\": 3}}\n");
  REQUIRE(input.drain.until_count(1));
  CHECK(input.drain.numbers() == range(3, 3));
  CHECK(input.source->status().skipped_lines == 2);
}

TEST_CASE("stopping interrupts the wait for input") {
  Piped input;
  input.source->stop();
  CHECK(input.source->status().state == "stopped");
}

TEST_CASE("a full intake stops the reading of a pipe and loses nothing") {
  Piped input(4096, 2);
  std::string text;
  for (int number = 0; number < 500; ++number)
    text += "{\"type\": \"a\", \"data\": {\"n\": " + std::to_string(number) + "}}\n";
  input.write(text);
  input.end_writing();
  REQUIRE(input.drain.until_count(500));
  CHECK(input.drain.numbers() == range(0, 499));
}

}  // namespace
}  // namespace relay::test
