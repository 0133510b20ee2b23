#include "ingest/record_merge.h"

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "support/catch.h"

namespace relay {
namespace {

class Times final : public RecordInput {
 public:
  Times(RecordKind kind, std::string name, std::deque<int64_t> times)
      : kind_(kind), name_(std::move(name)), times_(std::move(times)) {}

  EventRef next() override {
    if (times_.empty()) return {};
    const std::string id = name_ + std::to_string(times_.front());
    EventFields fields;
    fields.id = id;
    fields.source = "/s";
    fields.type = "t";
    fields.time_us = times_.front();
    times_.pop_front();
    ++taken_;
    return Event::make(fields);
  }
  RecordMark mark() const override { return {taken_, 0}; }
  std::optional<SourcePosition> position(const RecordMark& mark) const override {
    if (mark.at <= forgotten_) return std::nullopt;
    return SourcePosition{name_, std::to_string(mark.at)};
  }
  RecordKind kind() const override { return kind_; }
  void push(int64_t time_us) { times_.push_back(time_us); }
  /// Positions behind the first `count` records hold no longer.
  void forget(uint64_t count) { forgotten_ = count; }

 private:
  RecordKind kind_;
  std::string name_;
  std::deque<int64_t> times_;
  uint64_t taken_ = 0;
  uint64_t forgotten_ = 0;
};

std::vector<std::string> ids(const std::vector<EventRef>& events) {
  std::vector<std::string> found;
  for (const EventRef& event : events) found.emplace_back(event->id());
  return found;
}

using Positions = std::map<std::string, std::string>;

Positions as_map(const std::vector<SourcePosition>& positions) {
  Positions found;
  for (const auto& [key, value] : positions) found[key] = value;
  return found;
}

using Ids = std::vector<std::string>;

TEST_CASE("inputs are merged by time, equal times by rank of kind, then by age") {
  Times decisions(RecordKind::decisions, "d", {1, 5});
  Times second(RecordKind::agent_events, "b", {1, 3});
  Times first(RecordKind::agent_events, "a", {1, 4});
  Times realtime(RecordKind::realtime, "r", {1, 2});
  RecordMerge merge;
  merge.add(decisions);
  merge.add(first);
  merge.add(second);
  merge.add(realtime);
  std::vector<EventRef> out;
  std::vector<SourcePosition> positions;
  merge.fill(out, positions, 100, 1 << 20);
  CHECK(ids(out) == Ids{"a1", "b1", "r1", "d1", "r2", "b3", "a4", "d5"});
  CHECK(merge.empty());
}

TEST_CASE("a file out of order keeps its own order") {
  Times file(RecordKind::audit, "f", {9, 2, 7});
  Times other(RecordKind::audit, "o", {3});
  RecordMerge merge;
  merge.add(file);
  merge.add(other);
  std::vector<EventRef> out;
  std::vector<SourcePosition> positions;
  merge.fill(out, positions, 100, 1 << 20);
  CHECK(ids(out) == Ids{"o3", "f9", "f2", "f7"});
}

TEST_CASE("a merge hands out no more than asked, and takes an exhausted input back when it has news") {
  Times file(RecordKind::audit, "f", {1, 2, 3});
  RecordMerge merge;
  merge.add(file);
  merge.add(file);
  std::vector<EventRef> out;
  std::vector<SourcePosition> positions;
  merge.fill(out, positions, 2, 1 << 20);
  CHECK(ids(out) == Ids{"f1", "f2"});
  CHECK(file.merging());
  out.clear();
  merge.fill(out, positions, 2, 1 << 20);
  CHECK(ids(out) == Ids{"f3"});
  CHECK_FALSE(file.merging());
  file.push(4);
  merge.add(file);
  out.clear();
  merge.fill(out, positions, 2, 1);
  CHECK(ids(out) == Ids{"f4"});
}

TEST_CASE(
    "each input that contributed yields its position behind what was handed out, not what was read ahead") {
  Times first(RecordKind::audit, "f", {1, 2, 5});
  Times second(RecordKind::audit, "s", {3, 4});
  Times third(RecordKind::audit, "t", {9});
  RecordMerge merge;
  merge.add(first);
  merge.add(second);
  merge.add(third);
  std::vector<EventRef> out;
  std::vector<SourcePosition> positions;
  merge.fill(out, positions, 3, 1 << 20);
  CHECK(ids(out) == Ids{"f1", "f2", "s3"});
  CHECK(as_map(positions) == Positions{{"f", "2"}, {"s", "1"}});
  out.clear();
  positions.clear();
  second.forget(2);
  merge.fill(out, positions, 2, 1 << 20);
  CHECK(ids(out) == Ids{"s4", "f5"});
  CHECK(as_map(positions) == Positions{{"f", "3"}});
}

}  // namespace
}  // namespace relay
