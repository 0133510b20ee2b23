#include <string>

#include "session/outbox.h"
#include "support/catch.h"

using namespace relay;
using Push = Outbox::Push;

namespace {

FrameRef event(uint64_t offset, std::string bytes = "e") { return Frame::make(std::move(bytes), offset); }
FrameRef event_of_key(uint64_t offset, uint64_t key) {
  return Frame::make(std::to_string(offset) + " ", Frame::Origin{offset, key});
}
FrameRef control(std::string bytes = "c") { return Frame::make(std::move(bytes)); }

using Drops = std::vector<std::pair<uint64_t, DropReason>>;

/// An outbox, and what it gave up.
struct Bench : DropSink {
  Bench(size_t frames, size_t bytes, SlowClientPolicy policy = SlowClientPolicy::drop_oldest_low)
      : outbox({frames, bytes, policy}, *this) {}
  void dropped(uint64_t offset, DropReason reason) override { drops.emplace_back(offset, reason); }

  Drops drops;
  Outbox outbox;
};

std::string text(Gather& gather) {
  std::string text;
  for (const std::string_view piece : gather.pieces()) text += piece;
  return text;
}

std::string drain(Outbox& outbox, size_t max_bytes = SIZE_MAX) {
  Gather out;
  outbox.drain(out, max_bytes);
  return text(out);
}

}  // namespace

TEST_CASE("a client that keeps up gets everything as it came, whatever the lane") {
  Bench bench(10, 1000);
  Outbox& outbox = bench.outbox;
  CHECK(outbox.push(Priority::low, event(1, "l1")) == Push::queued);
  CHECK(outbox.push(Priority::critical, event(2, "c2")) == Push::queued);
  CHECK(outbox.push(Priority::normal, event(3, "n3")) == Push::queued);
  CHECK(outbox.push(Priority::critical, event(0, "reply")) == Push::queued);
  CHECK(drain(outbox) == "l1c2n3reply");
}

TEST_CASE("a client that is behind gets the critical lane first, each lane in order") {
  Bench bench(10, 1000);
  Outbox& outbox = bench.outbox;
  CHECK(outbox.push(Priority::low, event(1, "l1")) == Push::queued);
  CHECK(outbox.push(Priority::normal, event(2, "n1")) == Push::queued);
  CHECK(outbox.push(Priority::critical, event(3, "c1")) == Push::queued);
  CHECK(outbox.push(Priority::high, event(4, "h1")) == Push::queued);
  CHECK(outbox.push(Priority::normal, event(5, "n2")) == Push::queued);
  CHECK(outbox.messages() == 5);
  CHECK(outbox.bytes() == 10);
  Gather out;
  CHECK(outbox.drain(out, 9) == 4);
  CHECK(text(out) == "c1h1n1n2");
  CHECK(drain(outbox) == "l1");
  CHECK(outbox.empty());
  CHECK(outbox.bytes() == 0);
}

TEST_CASE("a drain stops before the frame that would pass its limit, but moves one at least") {
  Bench bench(10, 1000);
  Outbox& outbox = bench.outbox;
  for (uint64_t i = 1; i <= 3; ++i) CHECK(outbox.push(Priority::normal, event(i, "12345")) == Push::queued);
  Gather out;
  CHECK(outbox.drain(out, 3) == 1);
  CHECK(outbox.drain(out, 15) == 2);
  CHECK(text(out) == "123451234512345");
  CHECK(outbox.drain(out, 100) == 0);
}

TEST_CASE("without coalescing one frame is moved at a time") {
  Bench bench(10, 1000);
  Outbox& outbox = bench.outbox;
  CHECK(outbox.push(Priority::normal, event(1, "a")) == Push::queued);
  CHECK(outbox.push(Priority::high, event(2, "b")) == Push::queued);
  Gather out;
  CHECK(outbox.drain_one(out, 1) == 1);
  CHECK(text(out) == "b");
  CHECK(outbox.drain_one(out, 1) == 1);
  CHECK(outbox.drain_one(out, 1) == 0);
  CHECK(text(out) == "ba");
}

TEST_CASE("a full outbox drops the oldest event of the lowest lane") {
  Bench bench(3, 1000);
  Outbox& outbox = bench.outbox;
  CHECK(outbox.push(Priority::normal, event(1, "n")) == Push::queued);
  CHECK(outbox.push(Priority::low, event(2, "l")) == Push::queued);
  CHECK(outbox.push(Priority::low, event(3, "m")) == Push::queued);
  CHECK(outbox.push(Priority::normal, event(4, "o")) == Push::queued);
  CHECK(drain(outbox) == "nmo");
  CHECK(bench.drops == Drops{{2, DropReason::queue_full}});
}

TEST_CASE("a newcomer below everything queued is dropped itself") {
  Bench bench(2, 1000);
  Outbox& outbox = bench.outbox;
  CHECK(outbox.push(Priority::high, event(1)) == Push::queued);
  CHECK(outbox.push(Priority::high, event(2)) == Push::queued);
  CHECK(outbox.push(Priority::low, event(3)) == Push::dropped_newcomer);
  CHECK(outbox.messages() == 2);
  CHECK(bench.drops == Drops{{3, DropReason::queue_full}});
}

TEST_CASE("critical events are never dropped: without room the outbox overflows") {
  Bench bench(2, 1000);
  Outbox& outbox = bench.outbox;
  CHECK(outbox.push(Priority::critical, event(1)) == Push::queued);
  CHECK(outbox.push(Priority::critical, event(2)) == Push::queued);
  CHECK(outbox.push(Priority::critical, event(3)) == Push::overflow);
  CHECK(outbox.push(Priority::normal, event(4)) == Push::dropped_newcomer);
}

TEST_CASE("a critical event makes room for itself among the others") {
  Bench bench(2, 1000);
  Outbox& outbox = bench.outbox;
  CHECK(outbox.push(Priority::high, event(1)) == Push::queued);
  CHECK(outbox.push(Priority::normal, event(2)) == Push::queued);
  CHECK(outbox.push(Priority::critical, event(3)) == Push::queued);
  CHECK(outbox.push(Priority::critical, event(4)) == Push::queued);
  CHECK(outbox.push(Priority::critical, event(5)) == Push::overflow);
  CHECK(bench.drops == Drops{{2, DropReason::queue_full}, {1, DropReason::queue_full}});
}

TEST_CASE("control frames are never dropped") {
  Bench bench(3, 1000);
  Outbox& outbox = bench.outbox;
  CHECK(outbox.push(Priority::normal, control("x")) == Push::queued);
  CHECK(outbox.push(Priority::normal, event(1, "a")) == Push::queued);
  CHECK(outbox.push(Priority::normal, control("y")) == Push::queued);
  CHECK(outbox.push(Priority::normal, event(2, "b")) == Push::queued);
  CHECK(outbox.push(Priority::normal, control("z")) == Push::queued);
  CHECK(drain(outbox) == "xyz");
  for (int i = 0; i < 3; ++i) CHECK(outbox.push(Priority::normal, control()) == Push::queued);
  CHECK(outbox.push(Priority::normal, control()) == Push::overflow);
}

TEST_CASE("the bytes are bounded too, and an empty outbox takes any one frame") {
  Bench bench(100, 10);
  Outbox& outbox = bench.outbox;
  CHECK(outbox.push(Priority::normal, event(1, std::string(50, 'x'))) == Push::queued);
  CHECK(outbox.push(Priority::normal, event(2, "12345")) == Push::queued);
  CHECK(outbox.push(Priority::normal, event(3, "12345")) == Push::queued);
  CHECK(outbox.push(Priority::normal, event(4, "1234567")) == Push::queued);
  CHECK(outbox.bytes() == 7);
  REQUIRE(bench.drops.size() == 3);
  CHECK(bench.drops.front().first == 1);
  CHECK(bench.drops.back().first == 3);
}

TEST_CASE("a lane keeps its order while it grows, wraps and shrinks") {
  Bench bench(5000, 1 << 20);
  Outbox& outbox = bench.outbox;
  uint64_t next_in = 1, next_out = 1;
  Gather out;
  for (int round = 0; round < 50; ++round) {
    for (int i = 0; i < round * 3; ++i, ++next_in)
      CHECK(outbox.push(Priority::normal, event(next_in, std::to_string(next_in) + " ")) == Push::queued);
    for (int i = 0; i < round * 2; ++i) {
      out.clear();
      REQUIRE(outbox.drain_one(out, 0) == 1);
      CHECK(text(out) == std::to_string(next_out++) + " ");
    }
  }
  outbox.clear();
  CHECK(outbox.empty());
  CHECK(outbox.bytes() == 0);
}

TEST_CASE("a lane that is passed over gets a frame into every ninth write") {
  Bench bench(1000, 1 << 20);
  Outbox& outbox = bench.outbox;
  uint64_t offset = 0;
  for (int i = 0; i < 3; ++i) CHECK(outbox.push(Priority::low, event(++offset, "low ")) == Push::queued);
  std::vector<int> writes_with_low;
  for (int write = 1; write <= 27; ++write) {
    while (outbox.messages() < 20)
      CHECK(outbox.push(Priority::high, event(++offset, "high")) == Push::queued);
    const std::string out = drain(outbox, 16);
    CHECK(out.size() == 16);
    if (out.find("low") != std::string::npos) writes_with_low.push_back(write);
  }
  CHECK(writes_with_low == std::vector<int>{9, 18, 27});
}

TEST_CASE("a critical event waits for one write at the most, however much flows below it") {
  Bench bench(1000, 1 << 20);
  Outbox& outbox = bench.outbox;
  uint64_t offset = 0;
  for (int write = 0; write < 100; ++write) {
    while (outbox.messages() < 500) CHECK(outbox.push(Priority::low, event(++offset, "low")) == Push::queued);
    CHECK(outbox.push(Priority::critical, event(++offset, "NOW")) == Push::queued);
    REQUIRE(drain(outbox, 30).substr(0, 3) == "NOW");
  }
}

TEST_CASE("conflating keeps the newest event of each key, in order, and what has no key or is urgent") {
  Bench bench(6, 1000, SlowClientPolicy::conflate);
  Outbox& outbox = bench.outbox;
  CHECK(outbox.push(Priority::normal, event_of_key(1, 7)) == Push::queued);
  CHECK(outbox.push(Priority::normal, control("reply ")) == Push::queued);
  CHECK(outbox.push(Priority::high, event_of_key(2, 7)) == Push::queued);
  CHECK(outbox.push(Priority::normal, event_of_key(3, 8)) == Push::queued);
  CHECK(outbox.push(Priority::normal, event_of_key(4, 7)) == Push::queued);
  CHECK(outbox.push(Priority::normal, event_of_key(5, 7)) == Push::queued);
  CHECK(bench.drops.empty());
  CHECK(outbox.push(Priority::normal, event_of_key(6, 8)) == Push::queued);
  CHECK(bench.drops == Drops{{1, DropReason::conflated}, {4, DropReason::conflated}});
  CHECK(outbox.messages() == 5);
  CHECK(drain(outbox) == "reply 2 3 5 6 ");
  CHECK(outbox.bytes() == 0);
}

TEST_CASE("where there is nothing to conflate the oldest is dropped") {
  Bench bench(3, 1000, SlowClientPolicy::conflate);
  Outbox& outbox = bench.outbox;
  for (uint64_t i = 1; i <= 5; ++i) CHECK(outbox.push(Priority::normal, event_of_key(i, i)) == Push::queued);
  CHECK(bench.drops == Drops{{1, DropReason::queue_full}, {2, DropReason::queue_full}});
  CHECK(drain(outbox) == "3 4 5 ");
}

TEST_CASE("a client that is to be disconnected overflows instead of losing anything") {
  Bench bench(2, 1000, SlowClientPolicy::disconnect);
  Outbox& outbox = bench.outbox;
  CHECK(outbox.push(Priority::low, event(1)) == Push::queued);
  CHECK(outbox.push(Priority::low, event(2)) == Push::queued);
  CHECK(outbox.push(Priority::low, event(3)) == Push::overflow);
  CHECK(bench.drops.empty());
}

TEST_CASE("shedding gives up all events but the critical ones") {
  Bench bench(10, 1000);
  Outbox& outbox = bench.outbox;
  CHECK(outbox.push(Priority::critical, event(1, "critical ")) == Push::queued);
  CHECK(outbox.push(Priority::high, event(2)) == Push::queued);
  CHECK(outbox.push(Priority::normal, control("reply")) == Push::queued);
  CHECK(outbox.push(Priority::low, event(3)) == Push::queued);
  outbox.shed(DropReason::memory_limit);
  CHECK(bench.drops == Drops{{2, DropReason::memory_limit}, {3, DropReason::memory_limit}});
  CHECK(drain(outbox) == "critical reply");
}
