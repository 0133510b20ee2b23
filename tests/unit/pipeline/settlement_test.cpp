#include <string>
#include <vector>

#include "support/catch.h"
#include "support/pipeline_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

/// Writes down what is settled together with what.
class UnitLog final : public Log {
 public:
  [[nodiscard]] const std::string& epoch() const override { return inner_.epoch(); }
  void append(std::vector<EventRef> events) override {
    appended += events.size();
    inner_.append(std::move(events));
  }
  void settle(Settlement settlement) override {
    std::string unit = std::to_string(std::exchange(appended, 0));
    for (const SourcePosition& position : settlement.positions) unit += " " + position.value;
    if (unit != "0") units.push_back(unit);
    if (settlement.notice != nullptr) notices.push_back(std::move(settlement.notice));
  }
  void read(uint64_t from, uint64_t to, size_t limit, std::vector<EventRef>& out) const override {
    inner_.read(from, to, limit, out);
  }
  [[nodiscard]] Bounds bounds() const override { return inner_.bounds(); }
  [[nodiscard]] uint64_t offset_at(int64_t time_us) const override { return inner_.offset_at(time_us); }
  [[nodiscard]] bool visit(std::function<void(LogReader&)> job) const override {
    return inner_.visit(std::move(job));
  }

  size_t appended = 0;
  std::vector<std::string> units;
  std::vector<std::unique_ptr<CommitNotice>> notices;

 private:
  MemoryLog inner_{"E", 100000, 1 << 30};
};

}  // namespace

TEST_CASE("a publication with a position is settled whole, however many batches it takes") {
  PipelineBench bench;
  UnitLog log;
  Pipeline pipeline(bench.intake, log, bench.dead_letters, bench.sink, bench.clock, bench.logger, 64000);
  const auto offer = [&bench](size_t count, const std::string& position) {
    Publication publication;
    for (size_t i = 0; i < count; ++i) publication.events.push_back(make_event("a"));
    if (!position.empty()) publication.positions.push_back({"file", position});
    REQUIRE(bench.intake.offer(std::move(publication)));
  };
  offer(200, "");
  offer(512, "p1");
  offer(0, "p2");
  offer(3, "");
  pipeline.start(bench.plan({}));
  bench.intake.close();
  pipeline.join();
  CHECK(log.units == std::vector<std::string>{"715 p1 p2"});
}

TEST_CASE("a publisher hears of it when the log says that it is kept, or that it is not") {
  PipelineBench bench;
  UnitLog log;
  Pipeline pipeline(bench.intake, log, bench.dead_letters, bench.sink, bench.clock, bench.logger, 64000);
  pipeline.start(bench.plan({}));
  auto kept = bench.offer({make_event("a")});
  bench.intake.close();
  pipeline.join();
  CHECK(kept.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
  REQUIRE(log.notices.size() == 1);
  log.notices.front()->committed(fail("journal_full", "journal", "has no room"));
  const PublishResult result = kept.get();
  CHECK(result.unkept == "journal_full");
  CHECK(result.first_offset == 1);
}
