#pragma once

#include <seneca/plugin.h>

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "event/event.h"
#include "plugin/event_fields.h"

namespace relay {

/// What becomes of an event; the values are those of SENECA_PASS and so on.
enum class Verdict : int32_t { pass, drop, reject, fail };

/// Events on their way through one plugin: what the plugin sees of them, and afterwards what it made of them.
///
/// Owned by the pipeline thread and used again for every batch, so that a plugin which changes nothing costs
/// no allocation and no reference count. Life: assign, the plugin's call, close, reading, assign again.
/// Invariants: the plugin can neither damage the events given to `assign` nor make more than `Limits` allow;
/// between close and assign its functions refuse every call.
class EventBatch {
 public:
  struct Limits {
    FieldLimits fields;
    uint32_t emitted_per_event = 64;
    uint32_t emitted_per_tick = 1024;
    size_t total_bytes = 16 << 20;  ///< everything set, emitted and explained in one batch
  };
  struct Emitted {
    uint32_t after;  ///< index of the event it follows
    EventRef event;
  };

  explicit EventBatch(const Limits& limits);
  EventBatch(const EventBatch&) = delete;
  EventBatch& operator=(const EventBatch&) = delete;

  /// Starts a batch. The events live until the batch has been read.
  void assign(std::span<const Event* const> events);
  void assign(std::span<const EventRef> events);
  /// What the plugin takes for the present time.
  void set_now(int64_t now_us) { abi_.now_us = now_us; }
  /// Starts a timer's batch without events. Events emitted without an id get "ID_STEM.N".
  void assign_tick(std::string_view id_stem, int64_t now_us);

  /// What the plugin gets.
  [[nodiscard]] const seneca_batch* abi() const { return &abi_; }

  /// Ends the plugin's access and settles the outcome. Of failed events the changes and emissions are
  /// discarded.
  void close();
  /// Closes it as if the plugin had failed on every event, with this reason.
  void close_failed(std::string_view reason);
  /// After close: gives event i a reason unless the plugin gave one.
  void explain(uint32_t i, std::string_view reason);

  [[nodiscard]] uint32_t size() const { return static_cast<uint32_t>(events_.size()); }
  /// After close: whether all of it goes on as it came.
  [[nodiscard]] bool untouched() const { return untouched_; }
  /// After close: the outcome of event i.
  [[nodiscard]] Verdict verdict(uint32_t i) const { return static_cast<Verdict>(verdicts_[i]); }
  /// After close: the new event that the plugin made of event i, if it passed changed.
  [[nodiscard]] const EventRef& changed(uint32_t i) const { return slots_[i].changed; }
  /// After close: that, or the event assigned.
  [[nodiscard]] const Event& event(uint32_t i) const {
    return slots_[i].changed ? *slots_[i].changed : *events_[i];
  }
  [[nodiscard]] std::string_view reason(uint32_t i) const { return slots_[i].reason; }
  /// After close: the new events, in order; those that follow event i. A tick's all follow 0.
  [[nodiscard]] std::span<const Emitted> emitted() const { return emitted_; }
  [[nodiscard]] std::span<const Emitted> emitted_after(uint32_t i) const;
  /// Emissions and changes turned away at a limit, in this batch.
  [[nodiscard]] uint64_t refused() const { return refused_; }
  /// The event as it was assigned.
  [[nodiscard]] const Event& original(uint32_t i) const { return *events_[i]; }
  /// Whether event i has ended the process of the plugin.
  [[nodiscard]] bool is_killing(uint32_t i) const { return slots_[i].killing; }

  // For whoever is between this batch and a plugin in another process.
  static void mark_killing(const seneca_batch& batch, uint32_t i) { slot(&batch, i)->killing = true; }
  static void add_refused(const seneca_batch& batch, uint64_t count) { opened(&batch)->refused_ += count; }

 private:
  struct Slot {
    seneca_event event{};
    std::string_view reason;
    EventRef changed;
    uint32_t emitted = 0;
    bool touched = false;  ///< a field was set
    bool killing = false;
  };

  static int32_t set(const seneca_batch* batch, uint32_t i, int32_t field, seneca_str value) noexcept;
  static int32_t set_priority(const seneca_batch* batch, uint32_t i, int32_t priority) noexcept;
  static int32_t set_time(const seneca_batch* batch, uint32_t i, int64_t time_us) noexcept;
  static void reason(const seneca_batch* batch, uint32_t i, seneca_str text) noexcept;
  static int32_t emit(const seneca_batch* batch, uint32_t i, const seneca_event* event) noexcept;

  static EventBatch* opened(const seneca_batch* batch);
  static Slot* slot(const seneca_batch* batch, uint32_t i);
  void start(size_t count);
  int32_t emit_after(uint32_t i, EventFields& fields);
  int32_t emit_from_tick(EventFields& fields);
  bool reserve(size_t bytes);
  int32_t refuse();
  std::string_view keep(std::string_view text);
  void settle(uint32_t i);

  const Limits limits_;
  seneca_batch abi_{};
  std::pmr::monotonic_buffer_resource arena_;
  std::vector<const Event*> events_;
  std::vector<Slot> slots_;
  std::vector<const seneca_event*> pointers_;
  std::vector<int32_t> verdicts_;
  std::vector<Emitted> emitted_;
  std::string_view tick_id_stem_;
  int64_t tick_us_ = 0;
  size_t used_bytes_ = 0;
  uint64_t refused_ = 0;
  bool untouched_ = true;
  bool tick_ = false;
  bool open_ = false;
};

}  // namespace relay
