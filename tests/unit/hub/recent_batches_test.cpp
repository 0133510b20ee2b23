#include "hub/recent_batches.h"

#include "support/catch.h"

using namespace relay;

namespace {

RoutedBatchRef batch_of(uint64_t first, uint64_t last) {
  auto batch = std::make_shared<RoutedBatch>();
  for (uint64_t offset = first; offset <= last; ++offset) {
    EventFields fields;
    fields.id = "id";
    fields.source = "/test";
    fields.type = "t";
    fields.data = "1";
    const EventRef event = Event::make(fields);
    event->set_offset(offset);
    batch->events.push_back({event});
  }
  return batch;
}

constexpr RecentBatches::Limits kPlenty{INT64_MAX, UINT64_MAX, UINT64_MAX};

}  // namespace

TEST_CASE("nothing is kept at first") {
  const RecentBatches batches(kPlenty);
  CHECK(batches.oldest() == 1);
  CHECK(batches.newest() == 0);
  CHECK(batches.find(1) == nullptr);
}

TEST_CASE("the batch that holds an offset is found") {
  RecentBatches batches(kPlenty);
  const RoutedBatchRef first = batch_of(1, 3), second = batch_of(4, 4), third = batch_of(5, 9);
  for (const RoutedBatchRef& each : {first, second, third}) batches.keep(each, 0);
  for (const uint64_t offset : {1, 2, 3}) CHECK(batches.find(offset) == first.get());
  CHECK(batches.find(4) == second.get());
  for (const uint64_t offset : {5, 9}) CHECK(batches.find(offset) == third.get());
  CHECK(batches.find(0) == nullptr);
  CHECK(batches.find(10) == nullptr);
}

TEST_CASE("the oldest batches are forgotten by age, events and bytes") {
  RecentBatches by_age({1000, UINT64_MAX, UINT64_MAX});
  by_age.keep(batch_of(1, 2), 0);
  by_age.keep(batch_of(3, 4), 1000);
  CHECK(by_age.oldest() == 1);
  by_age.keep(batch_of(5, 5), 1001);
  CHECK(by_age.oldest() == 3);

  RecentBatches by_events({INT64_MAX, 4, UINT64_MAX});
  by_events.keep(batch_of(1, 2), 0);
  by_events.keep(batch_of(3, 4), 0);
  CHECK(by_events.oldest() == 1);
  by_events.keep(batch_of(5, 5), 0);
  CHECK(by_events.oldest() == 3);

  RecentBatches meter(kPlenty);
  meter.keep(batch_of(1, 2), 0);
  RecentBatches by_bytes({INT64_MAX, UINT64_MAX, meter.bytes()});
  by_bytes.keep(batch_of(1, 2), 0);
  by_bytes.keep(batch_of(3, 4), 0);
  CHECK(by_bytes.oldest() == 3);
  CHECK(by_bytes.bytes() == meter.bytes());
}

TEST_CASE("one batch beyond the bounds is not kept, and what follows it is") {
  RecentBatches batches({INT64_MAX, 2, UINT64_MAX});
  batches.keep(batch_of(1, 3), 0);
  CHECK(batches.oldest() == 4);
  CHECK(batches.newest() == 3);
  CHECK(batches.bytes() == 0);
  batches.keep(batch_of(4, 5), 0);
  CHECK(batches.oldest() == 4);
}

TEST_CASE("what was missed ends what is kept without a hole") {
  RecentBatches batches(kPlenty);
  batches.keep(batch_of(1, 3), 0);
  batches.keep(batch_of(6, 7), 0);
  CHECK(batches.oldest() == 6);
  CHECK(batches.find(3) == nullptr);
}
