#include "pipeline/intake.h"

#include <thread>

#include "support/catch.h"

using namespace relay;

namespace {

constexpr int64_t kNow = 0;
constexpr int64_t kLong = 60'000'000;  // longer than any test waits

Publication publication(size_t events, size_t data_bytes = 10) {
  const std::string data(data_bytes, '1');
  EventFields fields;
  fields.id = "e";
  fields.type = "a.b";
  fields.data = data;
  Publication made;
  for (size_t i = 0; i < events; ++i) made.events.push_back(Event::make(fields));
  return made;
}

}  // namespace

TEST_CASE("what is offered is taken in order, all at once") {
  Intake intake(100, 1 << 20);
  REQUIRE(intake.offer(publication(1)));
  REQUIRE(intake.offer(publication(2)));
  std::vector<Publication> taken;
  CHECK(intake.take(taken, kLong));
  REQUIRE(taken.size() == 2);
  CHECK(taken[0].events.size() == 1);
  CHECK(taken[1].events.size() == 2);
  CHECK(intake.take(taken, kNow));
  CHECK(taken.empty());
}

TEST_CASE("a publication that does not fit is refused whole and untouched") {
  Intake intake(10, 1 << 20);
  REQUIRE(intake.offer(publication(8)));
  Publication refused = publication(3);
  CHECK_FALSE(intake.offer(std::move(refused)));
  CHECK(refused.events.size() == 3);
  CHECK(intake.offer(publication(2)));
  const Intake::Counters counters = intake.counters();
  CHECK(counters.publications == 2);
  CHECK(counters.events == 10);
  CHECK(counters.queued_events == 10);
  CHECK(counters.refused == 1);
}

TEST_CASE("bytes are bounded as well") {
  Intake intake(1000, 10000);
  REQUIRE(intake.offer(publication(1, 6000)));
  CHECK_FALSE(intake.offer(publication(1, 6000)));
  CHECK(intake.offer(publication(1, 100)));
  CHECK(intake.counters().queued_bytes <= 10000);
}

TEST_CASE("an empty queue takes a publication of any size, so that none is refused for ever") {
  Intake intake(10, 1000);
  CHECK(intake.offer(publication(5000, 100)));
  CHECK_FALSE(intake.offer(publication(1)));
  std::vector<Publication> taken;
  CHECK(intake.take(taken, kNow));
  CHECK(intake.counters().queued_events == 0);
  CHECK(intake.counters().queued_bytes == 0);
  CHECK(intake.offer(publication(5000, 100)));
}

TEST_CASE("a source that waits for room is told when there is some") {
  Intake intake(2, 1 << 20);
  CHECK(intake.wait_for_room(0));
  REQUIRE(intake.offer(publication(2)));
  CHECK_FALSE(intake.wait_for_room(0));
  bool room = false;
  std::thread source([&] { room = intake.wait_for_room(60'000); });
  std::vector<Publication> taken;
  CHECK(intake.take(taken, kLong));
  source.join();
  CHECK(room);
}

TEST_CASE("of many publications those that fit are taken in order, and the rest stays") {
  Intake intake(10, 1 << 20);
  std::vector<Publication> many;
  for (const size_t events : {4, 5, 3, 1}) many.push_back(publication(events));
  intake.offer_all(many);
  CHECK(intake.counters().queued_events == 9);
  REQUIRE(many.size() == 2);
  CHECK(many[0].events.size() == 3);
  std::vector<Publication> taken;
  CHECK(intake.take(taken, kNow));
  CHECK(taken.size() == 2);
  intake.offer_all(many);
  CHECK(many.empty());
  CHECK(intake.counters().queued_events == 4);
}

TEST_CASE("there is room once the intake is half empty, so that what was refused fits") {
  Intake intake(10, 1 << 20);
  REQUIRE(intake.offer(publication(6)));
  CHECK_FALSE(intake.offer(publication(5)));
  CHECK_FALSE(intake.wait_for_room(0));
  std::vector<Publication> taken;
  CHECK(intake.take(taken, kNow));
  REQUIRE(intake.offer(publication(5)));
  CHECK(intake.wait_for_room(0));
  CHECK(intake.offer(publication(5)));
}

TEST_CASE("an interrupt ends the wait, the running one or the next") {
  Intake intake(2, 1 << 20);
  std::vector<Publication> taken;
  intake.interrupt();
  CHECK(intake.take(taken, kLong));
  CHECK(taken.empty());
  std::thread other([&intake] { intake.interrupt(); });
  CHECK(intake.take(taken, kLong));
  other.join();
  CHECK(taken.empty());
}

TEST_CASE("a closed intake refuses newcomers and hands out what it has") {
  Intake intake(10, 1 << 20);
  REQUIRE(intake.offer(publication(3)));
  intake.close();
  CHECK_FALSE(intake.offer(publication(1)));
  CHECK_FALSE(intake.wait_for_room(60'000));
  std::vector<Publication> taken;
  CHECK(intake.take(taken, kLong));
  CHECK(taken.size() == 1);
  CHECK_FALSE(intake.take(taken, kLong));
  CHECK(taken.empty());
}

TEST_CASE("closing wakes those who wait") {
  Intake intake(1, 1 << 20);
  REQUIRE(intake.offer(publication(1)));
  bool room = true;
  std::thread source([&] { room = intake.wait_for_room(60'000); });
  intake.close();
  source.join();
  CHECK_FALSE(room);

  Intake empty(1, 1 << 20);
  bool more = true;
  std::vector<Publication> taken;
  std::thread taker([&] { more = empty.take(taken, kLong); });
  empty.close();
  taker.join();
  CHECK_FALSE(more);
}
