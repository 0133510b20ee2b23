// Presence on its way through the pipeline.

#include <future>

#include "pipeline/presence.h"
#include "support/catch.h"
#include "support/pipeline_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

using Types = std::vector<std::string>;

class PromisedAnswer final : public PresenceQuestion {
 public:
  explicit PromisedAnswer(std::string_view asked_room) : PresenceQuestion("/", asked_room) {}
  void answer(std::string members) override { promise_.set_value(std::move(members)); }
  std::future<std::string> future() { return promise_.get_future(); }

 private:
  std::promise<std::string> promise_;
};

void change(PipelineBench& bench, std::vector<PresenceChange> changes) {
  Publication publication;
  publication.presence = std::move(changes);
  REQUIRE(bench.intake.offer(std::move(publication)));
}

std::future<std::string> ask(PipelineBench& bench, std::string_view room) {
  auto question = std::make_unique<PromisedAnswer>(room);
  std::future<std::string> answer = question->future();
  Publication publication;
  publication.question = std::move(question);
  REQUIRE(bench.intake.offer(std::move(publication)));
  return answer;
}

}  // namespace

TEST_CASE("joins and leaves become events at their place among the others") {
  PipelineBench bench;
  auto before = bench.offer({make_event("before")});
  change(bench, {{true, "/", "team", "a"}, {true, "/", "team", "b"}, {false, "/", "team", "a"}});
  auto after = bench.offer({make_event("after")});
  change(bench, {{false, "/", "team", "b"}});
  bench.pipeline.start(bench.plan({}));
  CHECK(before.get().first_offset == 1);
  CHECK(after.get().first_offset == 6);
  bench.finish();
  CHECK(bench.sink.types() == Types{"before", "seneca.presence.joined", "seneca.presence.occupied",
                                    "seneca.presence.joined", "seneca.presence.left", "after",
                                    "seneca.presence.left", "seneca.presence.vacated"});
  CHECK(bench.log.bounds().newest == 8);
}

TEST_CASE("an answer holds what came before the question, and says up to which offset") {
  PipelineBench bench;
  change(bench, {{true, "/", "team", "a"}});
  auto first = ask(bench, "team");
  change(bench, {{false, "/", "team", "a"}});
  auto second = ask(bench, "team");
  bench.pipeline.start(bench.plan({}));
  CHECK(first.get() == R"("room":"team","members":["a"],"count":1,"offset":2)");
  CHECK(second.get() == R"("room":"team","members":[],"count":0,"offset":4)");
  bench.finish();
}

TEST_CASE("plugins see presence as it is published, and a dropped event changes no count") {
  PipelineBench bench;
  change(bench, {{true, "/", "team", "a"}});
  auto answer = ask(bench, "team");
  bench.pipeline.start(bench.plan({{fixture("everything"), "it", {"seneca.presence.joined"}}}));
  CHECK(answer.get().starts_with(R"("room":"team","members":["a"],"count":1)"));
  uint64_t seen = 0;
  bench.on_pipeline(
      [&seen](Pipeline& pipeline) { seen = pipeline.plan().stages[0].plugin().counters().events; });
  CHECK(seen == 1);
  bench.finish();
}

TEST_CASE("batches stay within their size however many join at once") {
  PipelineBench bench;
  std::vector<PresenceChange> changes;
  for (int i = 0; i < 1000; ++i) changes.push_back({true, "/", "room " + std::to_string(i), "a"});
  change(bench, changes);
  bench.pipeline.start(bench.plan({}));
  bench.finish();
  CHECK(bench.sink.types().size() == 2000);
  for (const RoutedBatchRef& batch : bench.sink.batches()) CHECK(batch->events.size() <= 256);
}

TEST_CASE("changes of presence count for the bounds of the intake as events do") {
  Intake intake(3, 1 << 20);
  Publication two;
  two.presence = {{true, "/", "team", "a"}, {true, "/", "team", "b"}};
  REQUIRE(intake.offer(std::move(two)));
  CHECK(intake.counters().queued_events == 2);
  CHECK(intake.counters().queued_bytes > 2 * sizeof(PresenceChange));
  Publication more;
  more.presence = {{false, "/", "team", "a"}, {false, "/", "team", "b"}};
  CHECK_FALSE(intake.offer(std::move(more)));
  CHECK(more.presence.size() == 2);
}
