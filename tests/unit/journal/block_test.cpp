#include "journal/block.h"

#include <random>
#include <string>
#include <vector>

#include "journal/block_mend.h"
#include "journal/varint.h"
#include "support/catch.h"

using namespace relay;

namespace {

EventRef make(uint64_t offset, const std::string& type, const std::string& data,
              int64_t time_us = 1'767'225'600'000'000) {
  EventFields fields;
  const std::string id = "id-" + std::to_string(offset);
  fields.id = id;
  fields.source = "/marcus/main";
  fields.type = type;
  fields.subject = offset % 3 == 0 ? "" : "agent:a1";
  fields.data = data;
  fields.extensions = offset % 2 == 0 ? R"("a":1)" : "";
  fields.time_us = time_us;
  fields.has_priority = offset % 2 == 0;
  fields.priority = static_cast<Priority>(offset % 4);
  EventRef event = Event::make(fields);
  event->set_offset(offset);
  event->set_backfill(offset % 5 == 0);
  return event;
}

std::vector<EventRef> some(uint64_t first, size_t count) {
  std::vector<EventRef> events;
  for (uint64_t i = first; i < first + count; ++i)
    events.push_back(make(i, "agent.status", "{\"n\":" + std::to_string(i) + '}',
                          1'767'225'600'000'000 + static_cast<int64_t>(i % 7) * 1000));
  return events;
}

void check_same(const Event& a, const Event& b) {
  CHECK(a.offset() == b.offset());
  CHECK(a.is_backfill() == b.is_backfill());
  const EventFields &x = a.fields(), &y = b.fields();
  CHECK(x.id == y.id);
  CHECK(x.source == y.source);
  CHECK(x.type == y.type);
  CHECK(x.subject == y.subject);
  CHECK(x.data == y.data);
  CHECK(x.extensions == y.extensions);
  CHECK(x.time_us == y.time_us);
  CHECK(x.has_priority == y.has_priority);
  if (x.has_priority) CHECK(x.priority == y.priority);
}

}  // namespace

TEST_CASE("what goes into a block comes out of it") {
  BlockEncoder encoder;
  BlockDecoder decoder;
  for (const size_t count : {size_t{1}, size_t{2}, size_t{100}, size_t{BlockEncoder::kMaxEvents}}) {
    const std::vector<EventRef> events = some(41, count);
    const std::string block = encoder.encode(events);
    const auto head = BlockDecoder::head(block);
    REQUIRE(head);
    CHECK(head->first == 41);
    CHECK(head->last() == 41 + count - 1);
    std::vector<EventRef> read;
    REQUIRE(decoder.decode(block, read));
    REQUIRE(read.size() == count);
    for (size_t i = 0; i < count; i += 1 + count / 50) check_same(*events[i], *read[i]);
  }
}

TEST_CASE("a block says when its events happened") {
  const std::vector<EventRef> events = {make(1, "a", "1", 500), make(2, "a", "2", -7),
                                        make(3, "a", "3", 900)};
  const std::string block = BlockEncoder().encode(events);
  const auto head = BlockDecoder::head(block);
  REQUIRE(head);
  CHECK(head->oldest_us == -7);
  CHECK(head->newest_us == 900);
  std::vector<EventRef> read;
  REQUIRE(BlockDecoder().decode(block, read));
  CHECK(read[1]->time_us() == -7);
}

TEST_CASE("a transient event takes an offset and is not kept") {
  std::vector<EventRef> events = some(41, 10);
  for (const size_t i : {0, 4, 5, 9}) events[i]->set_transient(true);
  const std::string block = BlockEncoder().encode(events);
  CHECK(BlockDecoder::head(block)->last() == 50);
  std::vector<EventRef> read;
  REQUIRE(BlockDecoder().decode(block, read));
  REQUIRE(read.size() == 6);
  size_t next = 0;
  for (const EventRef& event : events)
    if (!event->is_transient()) check_same(*event, *read[next++]);
}

TEST_CASE("a block of transient events alone yields none, and happened at no time") {
  std::vector<EventRef> events = some(1, 3);
  for (const EventRef& event : events) event->set_transient(true);
  const std::string block = BlockEncoder().encode(events);
  const auto head = BlockDecoder::head(block);
  REQUIRE(head);
  CHECK(head->last() == 3);
  CHECK(head->oldest_us > head->newest_us);
  std::vector<EventRef> read;
  REQUIRE(BlockDecoder().decode(block, read));
  CHECK(read.empty());
}

TEST_CASE("every flipped bit and every cut is noticed, and gives no event") {
  const std::string block = BlockEncoder().encode(some(7, 20));
  BlockDecoder decoder;
  std::vector<EventRef> read;
  for (size_t i = 0; i < block.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = block;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      INFO("byte " << i << " bit " << bit);
      REQUIRE_FALSE(decoder.decode(flipped, read));
      REQUIRE(read.empty());
    }
  for (size_t length = 0; length < block.size(); ++length)
    REQUIRE_FALSE(decoder.decode(std::string_view(block).substr(0, length), read));
  REQUIRE_FALSE(decoder.decode(block + 'x', read));
  CHECK(read.empty());
}

TEST_CASE("any one flipped bit of a block is found and flipped back, but for those of the version") {
  const std::string block = BlockEncoder().encode(some(7, 20));
  for (size_t bit = 0; bit < block.size() * 8; ++bit) {
    std::string flipped = block;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    INFO("bit " << bit);
    const auto mended = mend_block(flipped);
    if (bit / 8 == 3) {
      REQUIRE_FALSE(mended);
      continue;
    }
    REQUIRE(mended);
    REQUIRE(*mended == block);
  }
}

TEST_CASE("two flipped bits are not taken for one") {
  const std::string block = BlockEncoder().encode(some(7, 20));
  std::mt19937 random(3);
  BlockDecoder decoder;
  std::vector<EventRef> read;
  for (int i = 0; i < 2000; ++i) {
    std::string flipped = block;
    const size_t first = random() % (block.size() * 8), second = random() % (block.size() * 8);
    if (first == second) continue;
    for (const size_t bit : {first, second})
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    const auto mended = mend_block(flipped);
    REQUIRE_FALSE((mended && decoder.decode(*mended, read)));
  }
}

TEST_CASE("a block of a later version is not taken for damage") {
  std::string block = BlockEncoder().encode(some(1, 1));
  block[3] = 2;
  const auto head = BlockDecoder::head(block);
  REQUIRE_FALSE(head);
  CHECK(head.error().code == "block_too_new");
}

TEST_CASE("numbers of all sizes survive") {
  for (const uint64_t value :
       {uint64_t{0}, uint64_t{1}, uint64_t{127}, uint64_t{128}, uint64_t{1} << 35, UINT64_MAX}) {
    std::string bytes;
    append_varint(bytes, value);
    std::string_view rest = bytes;
    uint64_t read = 0;
    REQUIRE(take_varint(rest, read));
    CHECK(read == value);
    CHECK(rest.empty());
    rest = std::string_view(bytes).substr(0, bytes.size() - 1);
    CHECK_FALSE(take_varint(rest, read));
  }
  for (const int64_t value : {int64_t{0}, int64_t{-1}, int64_t{1}, INT64_MIN, INT64_MAX})
    CHECK(from_zigzag(to_zigzag(value)) == value);
  const std::string too_long(11, '\x80');
  std::string_view rest = too_long;
  uint64_t read = 0;
  CHECK_FALSE(take_varint(rest, read));
}
