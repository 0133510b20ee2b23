#include <utility>
#include <vector>

#include "hub/hub.h"
#include "support/catch.h"

using namespace relay;

namespace {

struct FakeShard final : ShardPort {
  bool deliver(const RoutedBatchRef& batch) override {
    ++attempts;
    if (attempts <= refusals) return false;
    batches.push_back(batch);
    return true;
  }
  void missed(uint64_t from, uint64_t to) override { gaps.emplace_back(from, to); }

  [[nodiscard]] bool wants_views() const override { return pages; }

  bool pages = false;
  int attempts = 0;
  int refusals = 0;
  std::vector<RoutedBatchRef> batches;
  std::vector<std::pair<uint64_t, uint64_t>> gaps;
};

RoutedBatchRef batch_of(uint64_t from, uint64_t to) {
  auto batch = std::make_shared<RoutedBatch>();
  for (uint64_t offset = from; offset <= to; ++offset) {
    EventRef event = Event::make({});
    event->set_offset(offset);
    batch->events.push_back({event, 0, 0});
  }
  return batch;
}

}  // namespace

TEST_CASE("views are wanted while any shard has a page") {
  FakeShard a, b;
  const Hub hub({&a, &b}, 0);
  CHECK_FALSE(hub.wants_views());
  b.pages = true;
  CHECK(hub.wants_views());
}

TEST_CASE("every shard gets every batch, the same one") {
  FakeShard a, b;
  Hub hub({&a, &b}, 0);
  const RoutedBatchRef batch = batch_of(1, 2);
  hub.publish(batch);
  CHECK(a.batches == std::vector{batch});
  CHECK(b.batches == std::vector{batch});
}

TEST_CASE("a shard that is full for a moment is waited for") {
  FakeShard slow;
  slow.refusals = 2;
  Hub hub({&slow}, 60'000'000);
  hub.publish(batch_of(1, 1));
  CHECK(slow.batches.size() == 1);
  CHECK(hub.skipped_batches() == 0);
}

TEST_CASE("a shard that stays full is told what it missed, and the others are served") {
  FakeShard stuck, fine;
  stuck.refusals = 1'000'000;
  Hub hub({&stuck, &fine}, 1000);
  hub.publish(batch_of(5, 9));
  CHECK(stuck.gaps == std::vector<std::pair<uint64_t, uint64_t>>{{5, 9}});
  CHECK(fine.batches.size() == 1);
  CHECK(hub.skipped_batches() == 1);
}
