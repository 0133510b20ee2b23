#include <string>

#include "session/outbox.h"
#include "support/catch.h"

using namespace relay;
using Push = Outbox::Push;

namespace {

FrameRef event(uint64_t offset, std::string bytes = "e") { return Frame::make(std::move(bytes), offset); }
FrameRef control(std::string bytes = "c") { return Frame::make(std::move(bytes)); }

std::string drain(Outbox& outbox) {
  std::string out;
  outbox.drain(out, SIZE_MAX);
  return out;
}

}  // namespace

TEST_CASE("a client that keeps up gets everything as it came, whatever the lane") {
  Outbox outbox(10, 1000);
  CHECK(outbox.push(Priority::low, event(1, "l1")) == Push::queued);
  CHECK(outbox.push(Priority::critical, event(2, "c2")) == Push::queued);
  CHECK(outbox.push(Priority::normal, event(3, "n3")) == Push::queued);
  CHECK(outbox.push(Priority::critical, event(0, "reply")) == Push::queued);
  CHECK(drain(outbox) == "l1c2n3reply");
}

TEST_CASE("a client that is behind gets the critical lane first, each lane in order") {
  Outbox outbox(10, 1000);
  CHECK(outbox.push(Priority::low, event(1, "l1")) == Push::queued);
  CHECK(outbox.push(Priority::normal, event(2, "n1")) == Push::queued);
  CHECK(outbox.push(Priority::critical, event(3, "c1")) == Push::queued);
  CHECK(outbox.push(Priority::high, event(4, "h1")) == Push::queued);
  CHECK(outbox.push(Priority::normal, event(5, "n2")) == Push::queued);
  CHECK(outbox.frames() == 5);
  CHECK(outbox.bytes() == 10);
  std::string out;
  CHECK(outbox.drain(out, 9) == 4);
  CHECK(out == "c1h1n1n2");
  CHECK(drain(outbox) == "l1");
  CHECK(outbox.empty());
  CHECK(outbox.bytes() == 0);
}

TEST_CASE("a drain stops before the frame that would pass its limit, but moves one at least") {
  Outbox outbox(10, 1000);
  for (uint64_t i = 1; i <= 3; ++i) CHECK(outbox.push(Priority::normal, event(i, "12345")) == Push::queued);
  std::string out;
  CHECK(outbox.drain(out, 3) == 1);
  CHECK(outbox.drain(out, 15) == 2);
  CHECK(out == "123451234512345");
  CHECK(outbox.drain(out, 100) == 0);
}

TEST_CASE("without coalescing one frame is moved at a time") {
  Outbox outbox(10, 1000);
  CHECK(outbox.push(Priority::normal, event(1, "a")) == Push::queued);
  CHECK(outbox.push(Priority::high, event(2, "b")) == Push::queued);
  std::string out;
  CHECK(outbox.drain_one(out, 1) == 1);
  CHECK(out == "b");
  CHECK(outbox.drain_one(out, 1) == 1);
  CHECK(outbox.drain_one(out, 1) == 0);
  CHECK(out == "ba");
}

TEST_CASE("a full outbox drops the oldest event of the lowest lane") {
  Outbox outbox(3, 1000);
  CHECK(outbox.push(Priority::normal, event(1, "n")) == Push::queued);
  CHECK(outbox.push(Priority::low, event(2, "l")) == Push::queued);
  CHECK(outbox.push(Priority::low, event(3, "m")) == Push::queued);
  CHECK(outbox.push(Priority::normal, event(4, "o")) == Push::dropped_older);
  CHECK(drain(outbox) == "nmo");
  const Outbox::Gap gap = outbox.take_gap();
  CHECK(gap.events == 1);
  CHECK(gap.from == 2);
  CHECK(gap.to == 2);
  CHECK(outbox.take_gap().events == 0);
}

TEST_CASE("a newcomer below everything queued is dropped itself") {
  Outbox outbox(2, 1000);
  CHECK(outbox.push(Priority::high, event(1)) == Push::queued);
  CHECK(outbox.push(Priority::high, event(2)) == Push::queued);
  CHECK(outbox.push(Priority::low, event(3)) == Push::dropped_newcomer);
  CHECK(outbox.frames() == 2);
  CHECK(outbox.take_gap().from == 3);
  CHECK(outbox.dropped() == 1);
}

TEST_CASE("critical events are never dropped: without room the outbox overflows") {
  Outbox outbox(2, 1000);
  CHECK(outbox.push(Priority::critical, event(1)) == Push::queued);
  CHECK(outbox.push(Priority::critical, event(2)) == Push::queued);
  CHECK(outbox.push(Priority::critical, event(3)) == Push::overflow);
  CHECK(outbox.push(Priority::normal, event(4)) == Push::dropped_newcomer);
}

TEST_CASE("a critical event makes room for itself among the others") {
  Outbox outbox(2, 1000);
  CHECK(outbox.push(Priority::high, event(1)) == Push::queued);
  CHECK(outbox.push(Priority::normal, event(2)) == Push::queued);
  CHECK(outbox.push(Priority::critical, event(3)) == Push::dropped_older);
  CHECK(outbox.push(Priority::critical, event(4)) == Push::dropped_older);
  CHECK(outbox.push(Priority::critical, event(5)) == Push::overflow);
  CHECK(outbox.take_gap().events == 2);
}

TEST_CASE("control frames are never dropped") {
  Outbox outbox(3, 1000);
  CHECK(outbox.push(Priority::normal, control("x")) == Push::queued);
  CHECK(outbox.push(Priority::normal, event(1, "a")) == Push::queued);
  CHECK(outbox.push(Priority::normal, control("y")) == Push::queued);
  CHECK(outbox.push(Priority::normal, event(2, "b")) == Push::dropped_older);
  CHECK(outbox.push(Priority::normal, control("z")) == Push::dropped_older);
  CHECK(drain(outbox) == "xyz");
  for (int i = 0; i < 3; ++i) CHECK(outbox.push(Priority::normal, control()) == Push::queued);
  CHECK(outbox.push(Priority::normal, control()) == Push::overflow);
}

TEST_CASE("the bytes are bounded too, and an empty outbox takes any one frame") {
  Outbox outbox(100, 10);
  CHECK(outbox.push(Priority::normal, event(1, std::string(50, 'x'))) == Push::queued);
  CHECK(outbox.push(Priority::normal, event(2, "12345")) == Push::dropped_older);
  CHECK(outbox.push(Priority::normal, event(3, "12345")) == Push::queued);
  CHECK(outbox.push(Priority::normal, event(4, "1234567")) == Push::dropped_older);
  CHECK(outbox.bytes() == 7);
  const Outbox::Gap gap = outbox.take_gap();
  CHECK(gap.events == 3);
  CHECK(gap.from == 1);
  CHECK(gap.to == 3);
}

TEST_CASE("a lane keeps its order while it grows, wraps and shrinks") {
  Outbox outbox(5000, 1 << 20);
  uint64_t next_in = 1, next_out = 1;
  std::string out;
  for (int round = 0; round < 50; ++round) {
    for (int i = 0; i < round * 3; ++i, ++next_in)
      CHECK(outbox.push(Priority::normal, event(next_in, std::to_string(next_in) + " ")) == Push::queued);
    for (int i = 0; i < round * 2; ++i) {
      out.clear();
      REQUIRE(outbox.drain_one(out, 0) == 1);
      CHECK(out == std::to_string(next_out++) + " ");
    }
  }
  outbox.clear();
  CHECK(outbox.empty());
  CHECK(outbox.bytes() == 0);
}
