#include <algorithm>
#include <memory>
#include <thread>
#include <vector>

#include "base/mailbox.h"
#include "support/catch.h"

using namespace relay;
using IntMailbox = Mailbox<int>;

TEST_CASE("only the first item of a burst asks for a wake") {
  IntMailbox mailbox(10);
  CHECK(mailbox.put(1) == IntMailbox::Put::queued_first);
  CHECK(mailbox.put(2) == IntMailbox::Put::queued);
  std::vector<int> out;
  mailbox.take_all(out);
  CHECK(out == std::vector{1, 2});
  CHECK(mailbox.put(3) == IntMailbox::Put::queued_first);
}

TEST_CASE("a full mailbox refuses the newcomer, leaves it untouched and counts it") {
  Mailbox<std::unique_ptr<int>> mailbox(1);
  CHECK(mailbox.put(std::make_unique<int>(1)) == Mailbox<std::unique_ptr<int>>::Put::queued_first);
  auto item = std::make_unique<int>(2);
  CHECK(mailbox.put(std::move(item)) == Mailbox<std::unique_ptr<int>>::Put::full);
  REQUIRE(item != nullptr);
  CHECK(*item == 2);
  CHECK(mailbox.refused() == 1);
  CHECK(mailbox.size() == 1);
}

TEST_CASE("nothing is lost between several senders and one receiver") {
  constexpr int kSenders = 4, kItems = 2000;
  IntMailbox mailbox(kSenders * kItems);
  std::vector<std::thread> senders;
  for (int i = 0; i < kSenders; ++i)
    senders.emplace_back([&mailbox, i] {
      for (int n = 0; n < kItems; ++n) (void)mailbox.put(i * kItems + n);
    });
  std::vector<int> seen(kSenders * kItems), next(kSenders, 0);
  bool ordered = true;
  for (int taken = 0; taken < kSenders * kItems;) {
    std::vector<int> out;
    mailbox.take_all(out);
    for (const int item : out) {
      ++seen[static_cast<size_t>(item)];
      ordered = ordered && item % kItems == next[static_cast<size_t>(item / kItems)]++;
    }
    taken += static_cast<int>(out.size());
    if (out.empty()) std::this_thread::yield();
  }
  for (std::thread& sender : senders) sender.join();
  CHECK(ordered);
  CHECK(std::count(seen.begin(), seen.end(), 1) == kSenders * kItems);
}
