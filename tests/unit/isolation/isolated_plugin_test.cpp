#include <signal.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "isolated_bench.h"
#include "support/temp_dir.h"

using namespace relay;
using namespace relay::test;

namespace {

/// Events of these types, "e1", "e2" and so on, through the plugin.
void process(PluginInstance& plugin, EventBatch& batch, std::vector<EventRef>& events,
             const std::vector<std::string>& types) {
  events.clear();
  for (const std::string& type : types)
    events.push_back(make_event(type, "e" + std::to_string(events.size() + 1)));
  batch.assign(events);
  plugin.process(batch);
}

std::string data_of(const EventBatch& batch, uint32_t i) { return std::string(batch.event(i).data()); }

/// What every event must be in a batch whose second one ends the process.
struct Killing {
  EventBatch batch{{}};
  std::vector<EventRef> events;
};

void check_that_only_the_second_is_lost(IsolatedBench& bench, const std::string& type,
                                        const std::string& how) {
  const auto plugin = bench.must_create();
  Killing killing;
  process(*plugin, killing.batch, killing.events, {"a", type, "b", "c"});
  CHECK(killing.batch.verdict(0) == Verdict::pass);
  CHECK(killing.batch.verdict(1) == Verdict::fail);
  CHECK(killing.batch.reason(1) == how);
  CHECK(killing.batch.is_killing(1));
  CHECK_FALSE(killing.batch.is_killing(0));
  CHECK(killing.batch.verdict(2) == Verdict::pass);
  CHECK(killing.batch.verdict(3) == Verdict::pass);
  // The instance that came after it has seen b and c only.
  CHECK(data_of(killing.batch, 3) == R"({"n":2})");
  REQUIRE(plugin->process_report() != nullptr);
  CHECK(plugin->process_report()->ends == 2);
  CHECK(plugin->process_report()->last_end == how);
  process(*plugin, killing.batch, killing.events, {"d"});
  CHECK(data_of(killing.batch, 0) == R"({"n":3})");
}

}  // namespace

TEST_CASE("a plugin in a process of its own does what it would do in this one") {
  IsolatedBench bench;
  const auto plugin = bench.must_create();
  CHECK(plugin->library().id() == "org.example.hostile");
  CHECK(plugin->library().version() == "1.0.0");
  CHECK(plugin->tick_interval_ms() == 10);
  EventBatch batch({});
  std::vector<EventRef> events;
  process(*plugin, batch, events, {"a", "hostile.drop", "hostile.throw", "hostile.emit", "b"});
  CHECK(data_of(batch, 0) == R"({"n":1})");
  CHECK(batch.event(0).id() == "e1");
  CHECK(batch.event(0).time_us() == 1000);
  CHECK(batch.verdict(1) == Verdict::drop);
  CHECK(batch.reason(1) == "told to");
  CHECK(batch.verdict(2) == Verdict::fail);
  CHECK(batch.reason(2) == "not today");
  CHECK_FALSE(batch.is_killing(2));
  REQUIRE(batch.emitted_after(3).size() == 1);
  CHECK(batch.emitted_after(3)[0].event->type() == "emitted");
  CHECK(batch.emitted_after(3)[0].event->id() == "e4.1");
  CHECK(data_of(batch, 4) == R"({"n":5})");
  CHECK(plugin->process_report()->ends == 0);
  CHECK(plugin->process_report()->pid > 0);
}

TEST_CASE("more events than one call takes are seen once each, in order") {
  IsolatedBench bench;
  const auto plugin = bench.must_create();
  EventBatch batch({});
  std::vector<EventRef> events;
  process(*plugin, batch, events, std::vector<std::string>(200, "a"));
  for (uint32_t i = 0; i < 200; ++i) REQUIRE(data_of(batch, i) == "{\"n\":" + std::to_string(i + 1) + '}');
}

TEST_CASE("an event that ends the process twice is given up, and no other one with it") {
  IsolatedBench bench;
  check_that_only_the_second_is_lost(bench, "hostile.crash", "its process was killed by SIGSEGV");
  check_that_only_the_second_is_lost(bench, "hostile.abort", "its process was killed by SIGABRT");
  check_that_only_the_second_is_lost(bench, "hostile.exit", "its process exited by itself with code 0");
  check_that_only_the_second_is_lost(bench, "hostile.answer",
                                     "its process gave an answer that belongs to no question");
}

TEST_CASE("a plugin that hangs or stops costs its deadline") {
  IsolatedBench bench(50'000);
  check_that_only_the_second_is_lost(bench, "hostile.hang",
                                     "its process took longer than 25 ms and was killed");
  check_that_only_the_second_is_lost(bench, "hostile.stop",
                                     "its process took longer than 25 ms and was killed");
}

TEST_CASE("an event that ended the process by chance is seen again and passes") {
  IsolatedBench bench;
  const auto plugin = bench.must_create();
  EventBatch batch({});
  std::vector<EventRef> events;
  process(*plugin, batch, events, {"a", "b", "hostile.tired"});
  CHECK(batch.verdict(2) == Verdict::fail);  // alone, but again the third that its instance sees
  process(*plugin, batch, events, {"a", "b"});
  process(*plugin, batch, events, {"hostile.tired"});
  CHECK(batch.verdict(0) == Verdict::pass);
  CHECK(data_of(batch, 0) == R"({"n":1})");
  CHECK(plugin->process_report()->ends == 3);
}

#ifndef SENECA_SANITIZED  // a sanitizer takes more address space than there is
TEST_CASE("a plugin that uses up its memory ends, and its neighbours go on") {
  IsolatedBench bench;
  bench.settings.memory_bytes = size_t{256} << 20;
  check_that_only_the_second_is_lost(bench, "hostile.leak",
                                     "its process ran out of its memory (process.memory_limit)");
}
#endif

TEST_CASE("a plugin that closes its descriptors only ends itself") {
  IsolatedBench bench;
  const auto plugin = bench.must_create();
  EventBatch batch({});
  std::vector<EventRef> events;
  process(*plugin, batch, events, {"a", "hostile.close"});
  CHECK(batch.verdict(0) == Verdict::pass);
  CHECK(batch.verdict(1) == Verdict::fail);
  process(*plugin, batch, events, {"b"});
  CHECK(batch.verdict(0) == Verdict::pass);
}

TEST_CASE("nonsense in the shared memory changes no event") {
  IsolatedBench bench;
  const auto plugin = bench.must_create();
  EventBatch batch({});
  std::vector<EventRef> events;
  process(*plugin, batch, events, {"hostile.scribble"});
  CHECK(batch.verdict(0) == Verdict::fail);
  process(*plugin, batch, events, {"b"});
  CHECK(batch.verdict(0) == Verdict::pass);
}

TEST_CASE("a process that ends too often in one batch is not started for the rest of it") {
  IsolatedBench bench;
  const auto plugin = bench.must_create();
  EventBatch batch({});
  std::vector<EventRef> events;
  process(*plugin, batch, events, std::vector<std::string>(20, "hostile.crash"));
  for (uint32_t i = 0; i < 20; ++i) CHECK(batch.verdict(i) == Verdict::fail);
  CHECK(plugin->process_report()->ends == 5);
  CHECK(batch.is_killing(0));
  CHECK_FALSE(batch.is_killing(19));
}

TEST_CASE("what it logs, prints and publishes arrives") {
  IsolatedBench bench;
  const auto plugin = bench.must_create();
  EventBatch batch({});
  std::vector<EventRef> events;
  process(*plugin, batch, events, {"hostile.log", "hostile.print", "hostile.publish"});
  CHECK(bench.logger.wrote("it: logged"));
  CHECK(bench.logger.wrote("it: it printed: printed by e2"));
  CHECK(bench.services.published.waits_for([](const EventRef& event) {
    return event->type() == "published" && event->id() == "p1" && event->data() == "1";
  }));
}

TEST_CASE("its view and its timer work, and may end the process, too") {
  IsolatedBench bench;
  const auto plugin = bench.must_create();
  const EventRef event = make_event("a", "e9");
  event->set_offset(17);
  std::string payload;
  const auto rendered = plugin->render(*event, "shape", payload);
  REQUIRE(rendered);
  CHECK(payload == R"({"of":"e9","priority":3,"offset":17})");
  const auto declined = plugin->render(*event, "unknown", payload);
  REQUIRE(declined);
  CHECK_FALSE(*declined);
  const auto died = plugin->render(*make_event("hostile.view"), "shape", payload);
  REQUIRE_FALSE(died);
  CHECK_THAT(died.error().message, Catch::Matchers::Contains("its process was killed by SIGSEGV"));
  CHECK(plugin->render(*event, "shape", payload));

  EventBatch batch({});
  plugin->tick(7, batch);
  REQUIRE(batch.emitted().size() == 1);
  CHECK(batch.emitted()[0].event->type() == "tock");
  CHECK(batch.emitted()[0].event->id() == "it-7.1");
  plugin->tick(13, batch);
  CHECK(batch.emitted().empty());
  CHECK(plugin->process_report()->ends == 2);
  plugin->tick(7, batch);
  CHECK(batch.emitted().size() == 1);
}

TEST_CASE("its state goes into another process, and into this one") {
  IsolatedBench bench;
  const auto old = bench.must_create();
  EventBatch batch({});
  std::vector<EventRef> events;
  process(*old, batch, events, {"a", "b"});
  const auto next = bench.must_create();
  REQUIRE(next->adopt_state(*old));
  process(*next, batch, events, {"c"});
  CHECK(data_of(batch, 0) == R"({"n":3})");
  Bench here;
  const auto inside = here.must_create(fixture("hostile"));
  REQUIRE(inside->adopt_state(*next));
  process(*inside, batch, events, {"d"});
  CHECK(data_of(batch, 0) == R"({"n":4})");
}

TEST_CASE("the sandbox keeps it from other processes, programs and sockets") {
  IsolatedBench bench;
  const auto plugin = bench.must_create();
  EventBatch batch({});
  std::vector<EventRef> events;
  process(*plugin, batch, events, {"hostile.sandbox"});
  CHECK(batch.reason(0) ==
        "kill Operation not permitted, socket Operation not permitted, fork Operation not permitted, "
        "exec Operation not permitted, shrink Operation not permitted, thread allowed");
}

TEST_CASE("what cannot be loaded or made is refused as in this process") {
  IsolatedBench bench;
  CHECK(bench.open("bad_wrong_abi").error().code == "plugin_wrong_abi");
  CHECK(bench.open("bad_no_symbol").error().code == "plugin_no_symbol");
  CHECK(bench.open("nowhere").error().code == "plugin_not_found");
  CHECK(bench.open("picky_sink").error().code == "plugin_not_isolatable");
  const auto refused = bench.create(R"({"refuse": true})");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "plugin_create_failed");
  CHECK(refused.error().message == "refused its configuration: told to refuse");
  const auto crashed = bench.create(R"({"crash": true})");
  REQUIRE_FALSE(crashed);
  CHECK_THAT(crashed.error().message,
             Catch::Matchers::Contains("its process was killed by SIGSEGV while it made"));
  bench.settings.host = "/nonexistent/seneca-plugin-host";
  const auto nothing = bench.open();
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().code == "plugin_process_failed");
  CHECK_THAT(nothing.error().message,
             Catch::Matchers::Contains("/nonexistent/seneca-plugin-host: No such file"));
}

TEST_CASE("a plugin that cannot be made again fails its events with the reason") {
  IsolatedBench bench;
  TempDir directory;
  const auto plugin = bench.must_create(R"({"once":")" + (directory.path() / "made").string() + "\"}");
  EventBatch batch({});
  std::vector<EventRef> events;
  process(*plugin, batch, events, {"a", "hostile.crash", "b"});
  for (uint32_t i = 0; i < 3; ++i) {
    CHECK(batch.verdict(i) == Verdict::fail);
    CHECK(batch.reason(i) == "its process was killed by SIGSEGV while it made the instance again");
  }
  CHECK_FALSE(batch.is_killing(1));
}

TEST_CASE("while a new process takes its time, the pipeline waits for it once and not with every batch") {
  IsolatedBench bench;
  TempDir directory;
  const auto file = directory.path() / "made";
  const auto plugin = bench.must_create(R"({"slow":")" + file.string() + "\"}");
  EventBatch batch({});
  std::vector<EventRef> events;
  auto begin = std::chrono::steady_clock::now();
  process(*plugin, batch, events, {"hostile.crash"});  // waits for the new one
  const auto once = std::chrono::steady_clock::now() - begin;
  CHECK(batch.reason(0) == "its process is being started");
  begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) process(*plugin, batch, events, {"a"});
  const auto hundred_batches = std::chrono::steady_clock::now() - begin;
  CHECK(batch.reason(0) == "its process is being started");
  CHECK(hundred_batches < 50 * once);
  std::filesystem::remove(file);
  do process(*plugin, batch, events, {"a"});
  while (batch.verdict(0) != Verdict::pass);
  CHECK(data_of(batch, 0) == R"({"n":1})");
}

TEST_CASE("no process is left behind") {
  pid_t pid = 0;
  {
    IsolatedBench bench;
    const auto plugin = bench.must_create();
    pid = plugin->process_report()->pid;
    REQUIRE(::kill(pid, 0) == 0);
  }
  CHECK(::kill(pid, 0) != 0);
}
