#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "codec/emission.h"
#include "config/config.h"
#include "hub/shard_hub.h"
#include "log/memory_log.h"
#include "pipeline/route_table.h"
#include "session/frame_cache.h"
#include "session/history.h"
#include "session/recovery.h"
#include "session/session.h"
#include "session/shard_services.h"
#include "support/manual_clock.h"

namespace relay::test {

/// An intake that keeps what it gets, and can be full.
class FakePublisher final : public Publisher {
 public:
  struct Submission {
    std::vector<EventRef> events;
    uint64_t token = 0;
    std::string key{};
  };
  [[nodiscard]] bool submit(std::vector<EventRef>& events, std::string_view, uint64_t token,
                            std::string_view key) override {
    if (full) return false;
    submissions.push_back({std::move(events), token, std::string(key)});
    return true;
  }

  [[nodiscard]] std::string refusal() const override { return ""; }
  void presence_changed(PresenceChange change) override { presence.push_back(std::move(change)); }
  [[nodiscard]] bool ask_presence(std::string_view namespace_, std::string_view room, std::string_view,
                                  uint64_t token) override {
    if (full) return false;
    questions.push_back({std::string(namespace_), std::string(room), token});
    return true;
  }

  struct Question {
    std::string namespace_;
    std::string room;
    uint64_t token = 0;
  };
  bool full = false;
  std::vector<Submission> submissions;
  std::vector<PresenceChange> presence;
  std::vector<Question> questions;
};

/// Shards that are asked and whose answers the test gives.
class FakePeers final : public RecoveryPeers {
 public:
  [[nodiscard]] size_t shard() const override { return 0; }
  [[nodiscard]] size_t shards() const override { return count; }
  [[nodiscard]] bool ask(size_t, RecoveryQuestion question) override {
    if (full) return false;
    questions.push_back(std::move(question));
    return true;
  }

  size_t count = 1;
  bool full = false;
  std::vector<RecoveryQuestion> questions;
};

/// By `batch.routes`, as the pipeline does it.
inline void add_routed(const EventRef& event, RoutedBatch& batch) {
  RoutedEvent routed{event, static_cast<uint32_t>(batch.deliveries.size()), 0};
  routed.deliveries = route_event(*batch.routes, *event, batch.deliveries);
  if (auto emission = parse_emission(event->type(), event->data())) {
    routed.emission = static_cast<int32_t>(batch.emissions.size());
    batch.emissions.push_back(std::move(*emission));
  }
  batch.events.push_back(routed);
}

/// Reads at once; the answers are for whoever sets `respond` and `fetched`.
class FakeHistory final : public History {
 public:
  explicit FakeHistory(const Log& log) : log_(log) {}
  [[nodiscard]] bool fetch(uint64_t from, uint64_t to, size_t limit, std::string_view) override {
    return !full && log_.visit([&](LogReader& reader) {
      HistoryChunk chunk;
      chunk.from = from;
      chunk.next = reader.read(from, to, limit, chunk.events, chunk.holes);
      chunks.push_back(std::move(chunk));
    });
  }
  [[nodiscard]] bool fetch_routed(uint64_t from, uint64_t to, size_t limit, std::string_view id) override {
    if (!fetch(from, to, limit, id)) return false;
    const auto routed = std::make_shared<RoutedBatch>();
    routed->routes = routes;
    for (const EventRef& event : std::exchange(chunks.back().events, {})) add_routed(event, *routed);
    chunks.back().routed = routed;
    return true;
  }
  [[nodiscard]] bool answer(const Log& log, std::string_view connection_id,
                            std::function<HttpResponse(LogReader&)> job) override {
    return !full && log.visit([&](LogReader& reader) { respond(std::string(connection_id), job(reader)); });
  }

  bool full = false;
  std::vector<HistoryChunk> chunks;
  std::shared_ptr<const RouteTable> routes;
  std::function<void(std::string, HttpResponse)> respond = [](const std::string&, const HttpResponse&) {};

 private:
  const Log& log_;
};

/// An event to be published.
struct EventSpec {
  std::string type = "agent.status.changed";
  std::string data = R"({"n":1})";
  std::string room = "";
  Priority priority = Priority::normal;
  bool backfill = false;
};

/// Everything a session finds around it on a shard, with time and intake in the test's hands.
class ShardBench {
 public:
  /// `recent_events`: for clients that come back, all of the log by default.
  explicit ShardBench(Config config = default_config(), uint64_t log_events = 1000,
                      uint64_t recent_events = 0)
      : log("EPOCH", log_events, 1 << 30),
        hub(static_cast<size_t>(config.rooms.max_room_size)),
        frames("EPOCH", config.server.recovery_window > 0),
        history(log),
        timers(clock.monotonic_us()),
        logger(make_null_logger()),
        services{hub,          frames,   publisher, history,
                 timers,       counters, drops,     log,
                 dead_letters, clock,    *logger,   std::make_shared<const Config>(std::move(config))} {
    if (const double window = services.config->server.recovery_window; window > 0) {
      recovery = std::make_unique<Recovery>(
          Recovery::Surroundings{hub, timers, clock, peers, counters.recovery_forgotten},
          static_cast<int64_t>(window * 1e6),
          RecentBatches::Limits{INT64_MAX, recent_events == 0 ? log_events : recent_events, 1 << 30});
      services.recovery = recovery.get();
    }
    routes = history.routes = *compile_routes(services.config->routes);
  }

  /// Two routes: agent.* to the observers, everything else to "general"; and a namespace of its own.
  static Config default_config() {
    Config config;
    RouteConfig agents;
    agents.match = {"agent.**"};
    agents.event = "agent_update";
    agents.rooms = {"observers"};
    RouteConfig custom;
    custom.match = {"custom.**"};
    custom.event = "custom_update";
    custom.namespace_ = "/custom";
    custom.rooms = {"general"};
    RouteConfig rest;
    rest.match = {"**"};
    rest.event = "generic_update";
    rest.rooms = {"general"};
    rest.fallback = true;
    config.routes = {agents, custom, rest};
    return config;
  }

  static EventRef make_event(const EventSpec& spec) {
    EventFields fields;
    fields.id = "id-1";
    fields.source = "/test";
    fields.type = spec.type;
    fields.data = spec.data;
    fields.room = spec.room;
    fields.priority = spec.priority;
    fields.time_us = 1772582400'000000;
    EventRef event = Event::make(fields);
    event->set_backfill(spec.backfill);
    return event;
  }

  /// Logs and dispatches; returns the last offset.
  uint64_t publish_all(const std::vector<EventSpec>& specs) {
    append(specs);
    dispatch_pending();
    return hub.delivered();
  }
  uint64_t publish(const EventSpec& spec) { return publish_all({spec}); }
  uint64_t publish_many(size_t count, const EventSpec& spec = {}) {
    return publish_all(std::vector<EventSpec>(count, spec));
  }

  /// In the log, but still in the shard's mailbox.
  void append(const std::vector<EventSpec>& specs) {
    pending_.routes = routes;
    pending_.views_left_out = !hub.has_pages();
    for (const EventSpec& spec : specs) {
      const EventRef event = make_event(spec);
      log.append({event});
      add_routed(event, pending_);
    }
  }
  void dispatch_pending() { dispatch(std::make_shared<const RoutedBatch>(std::exchange(pending_, {}))); }
  /// One that another shard's bench may have made.
  void dispatch(const RoutedBatchRef& batch) {
    if (recovery != nullptr) recovery->note_batch(batch);
    hub.dispatch(*batch);
    newest_batch = batch;
  }

  /// Lets time pass slot by slot, as the loop would.
  void advance_ms(int64_t milliseconds) {
    for (int64_t passed = 0; passed < milliseconds; passed += 5) {
      clock.advance_us(5000);
      timers.advance(clock.monotonic_us());
    }
  }

  ManualClock clock;
  MemoryLog log;
  MemoryLog dead_letters{"LETTERS", 10, 1 << 20};
  ShardHub hub;
  FrameCache frames;
  FakePublisher publisher;
  FakeHistory history;
  TimerWheel timers;
  ShardCounters counters;
  DropLedger drops{clock};
  std::unique_ptr<Logger> logger;
  FakePeers peers;
  std::unique_ptr<Recovery> recovery;  // when the configuration has a window
  ShardServices services;
  RoutedBatchRef newest_batch;
  std::shared_ptr<const RouteTable> routes;

 private:
  RoutedBatch pending_;
};

/// The texts of the unmasked, unfragmented WebSocket frames in `bytes`.
inline std::vector<std::string> texts_of_frames(std::string_view bytes) {
  std::vector<std::string> texts;
  while (bytes.size() >= 2) {
    size_t length = static_cast<unsigned char>(bytes[1]);
    size_t at = 2;
    const size_t length_bytes = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (length_bytes > 0) length = 0;
    for (size_t i = 0; i < length_bytes; ++i) length = length << 8 | static_cast<unsigned char>(bytes[at++]);
    texts.emplace_back(bytes.substr(at, length));
    bytes.remove_prefix(std::min(bytes.size(), at + length));
  }
  return texts;
}

/// Writes out everything the session has, as a connection with an idle socket would.
inline std::string take_bytes(Session& session) {
  std::string bytes;
  Gather gather;
  session.outbox().drain(gather, SIZE_MAX);
  for (const std::string_view piece : gather.pieces()) bytes += piece;
  session.drained();
  return bytes;
}

inline std::vector<std::string> take_texts(Session& session) { return texts_of_frames(take_bytes(session)); }

}  // namespace relay::test
