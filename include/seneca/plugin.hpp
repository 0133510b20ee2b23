/// C++17 sugar over plugin.h: write a class, name it in SENECA_PLUGIN, build it as a shared object.
///
///     struct Mute {
///       seneca::Verdict operator()(seneca::Event& event) {
///         return event.type() == "agent.idle" ? event.drop("idle is muted") : seneca::Verdict::pass;
///       }
///     };
///     SENECA_PLUGIN(Mute, "org.example.mute", "1.0.0", "hides idle agents")
///
/// What the class can do is seen from its members:
///
/// - constructor: T(Host, std::string_view config), T(std::string_view config), T(Host) or T()
/// - filter: Verdict operator()(Event&) or Verdict filter(Event&); optional `match`, patterns between spaces
/// - view: bool view(const Event&, std::string_view ui_event, std::string& out); false: no shape for it
/// - timer: void tick(int64_t now_us, Emitter&) and static constexpr uint32_t tick_interval_ms
/// - source: void start() and void stop(), around a thread of its own; optional std::string status() const, a
///   JSON object for people, called from any thread
/// - sink: void deliver(const Delivery&), optional void flush(); Again thrown from either: not now
/// - codec, a WebSocket subprotocol of its own: std::string decode(std::string_view message, bool binary)
/// gives
///   the seneca.v1.json request, std::string encode(std::string_view json) its message;
///   static constexpr const char* subprotocol and static constexpr bool binary
/// - state: std::string save() and void load(std::string_view)
/// - schema: static constexpr const char* schema, the JSON Schema of its config
///
/// Counter, Gauge and Histogram members, made with (host, "name"), are shown to operators: metrics.hpp.
///
/// `match` and `schema` are static constexpr const char*. An exception never leaves the plugin: out of the
/// constructor it becomes the error of the load, out of a filter it fails that one event, with what() as the
/// reason. All members run on one thread, never two at once; only Host may be used from threads of the
/// plugin's own.
#ifndef SENECA_PLUGIN_HPP
#define SENECA_PLUGIN_HPP

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "plugin.h"

namespace seneca {

enum class Verdict : int32_t {
  pass = SENECA_PASS,
  drop = SENECA_DROP,
  reject = SENECA_REJECT,
  fail = SENECA_FAIL
};

enum class Priority : int32_t {
  unset = SENECA_PRIORITY_UNSET,
  critical = SENECA_PRIORITY_CRITICAL,
  high = SENECA_PRIORITY_HIGH,
  normal = SENECA_PRIORITY_NORMAL,
  low = SENECA_PRIORITY_LOW
};

/// A call into the host failed; code() is a SENECA_E_*.
class Error : public std::runtime_error {
 public:
  Error(int32_t code, const std::string& text) : std::runtime_error(text), code_(code) {}
  int32_t code() const noexcept { return code_; }

 private:
  int32_t code_;
};

inline std::string_view to_view(seneca_str text) noexcept { return {text.len ? text.ptr : "", text.len}; }
inline seneca_str to_str(std::string_view text) noexcept { return {text.data(), text.size()}; }

/// Thrown by a sink's deliver or flush: not now, what was not taken comes again later.
class Again : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An event to be: only source and type are required to emit it, the id as well to publish it. The texts
/// borrow.
struct NewEvent {
  std::string_view type = {};
  std::string_view source = {};
  std::string_view data = {};
  std::string_view subject = {};
  std::string_view id = {};
  std::string_view severity = {};
  std::string_view correlation_id = {};
  std::string_view traceparent = {};
  std::string_view origin = {};
  std::string_view room = {};
  std::string_view extensions = {};
  int64_t time_us = 0;
  Priority priority = Priority::unset;

  seneca_event raw() const noexcept {
    seneca_event event{};
    event.size = sizeof event;
    event.priority = static_cast<int32_t>(priority);
    event.time_us = time_us;
    event.id = to_str(id);
    event.source = to_str(source);
    event.type = to_str(type);
    event.subject = to_str(subject);
    event.data = to_str(data);
    event.severity = to_str(severity);
    event.correlation_id = to_str(correlation_id);
    event.traceparent = to_str(traceparent);
    event.origin = to_str(origin);
    event.room = to_str(room);
    event.extensions = to_str(extensions);
    return event;
  }
};

/// The relay. Copy it freely; every call is safe from any thread for the life of the instance.
class Host {
 public:
  explicit Host(const seneca_host* host) noexcept : host_(host) {}

  void debug(std::string_view text) const noexcept { host_->log(host_, SENECA_LOG_DEBUG, to_str(text)); }
  void info(std::string_view text) const noexcept { host_->log(host_, SENECA_LOG_INFO, to_str(text)); }
  void warn(std::string_view text) const noexcept { host_->log(host_, SENECA_LOG_WARN, to_str(text)); }
  void error(std::string_view text) const noexcept { host_->log(host_, SENECA_LOG_ERROR, to_str(text)); }

  /// Into the relay's intake, as from a source. False when that is full; throws Error when the event is not
  /// valid.
  bool publish(const NewEvent& event) const {
    const seneca_event raw = event.raw();
    const int32_t code = host_->publish(host_, &raw);
    if (code == SENECA_E_FULL) return false;
    if (code != SENECA_OK) throw Error(code, "publish: the event is not valid");
    return true;
  }
  const void* extension(const char* id) const noexcept { return host_->extension(host_, id); }
  /// For extensions, whose functions take it.
  const seneca_host* raw() const noexcept { return host_; }

 private:
  const seneca_host* host_;
};

/// Where a timer puts its events.
class Emitter {
 public:
  explicit Emitter(const seneca_batch* batch, uint32_t after = 0) noexcept : batch_(batch), after_(after) {}

  /// Throws Error when the event is not valid or the host takes no more.
  void emit(const NewEvent& event) {
    const seneca_event raw = event.raw();
    const int32_t code = batch_->emit(batch_, after_, &raw);
    if (code == SENECA_E_LIMIT) throw Error(code, "emit: more than the host takes for one input");
    if (code != SENECA_OK) throw Error(code, "emit: the event is not valid");
  }

 private:
  const seneca_batch* batch_;
  uint32_t after_;
};

/// One event, valid during the call that got it. A view's is const; a filter may change it: what it sets
/// shows at once. Setters throw Error when the host refuses the value (not UTF-8, not JSON, too long),
/// nothing changed.
class Event {
 public:
  explicit Event(const seneca_event* event) noexcept : event_(event) {}
  Event(const seneca_batch* batch, uint32_t index) noexcept
      : event_(batch->events[index]), batch_(batch), index_(index) {}

  std::string_view id() const noexcept { return to_view(event_->id); }
  std::string_view source() const noexcept { return to_view(event_->source); }
  std::string_view type() const noexcept { return to_view(event_->type); }
  std::string_view subject() const noexcept { return to_view(event_->subject); }
  std::string_view data() const noexcept { return to_view(event_->data); }
  std::string_view severity() const noexcept { return to_view(event_->severity); }
  std::string_view correlation_id() const noexcept { return to_view(event_->correlation_id); }
  std::string_view traceparent() const noexcept { return to_view(event_->traceparent); }
  std::string_view origin() const noexcept { return to_view(event_->origin); }
  std::string_view room() const noexcept { return to_view(event_->room); }
  std::string_view extensions() const noexcept { return to_view(event_->extensions); }
  int64_t time_us() const noexcept { return event_->time_us; }
  uint64_t offset() const noexcept { return event_->offset; }
  Priority priority() const noexcept { return static_cast<Priority>(event_->priority); }
  const seneca_event& raw() const noexcept { return *event_; }
  /// In a filter: when the relay handed it over. time_us() is when it happened, by its source's clock.
  int64_t now_us() const noexcept {
    return batch_ && SENECA_HAS(batch_, now_us) ? batch_->now_us : time_us();
  }

  void id(std::string_view text) { set(SENECA_FIELD_ID, "id", text); }
  void source(std::string_view text) { set(SENECA_FIELD_SOURCE, "source", text); }
  void type(std::string_view text) { set(SENECA_FIELD_TYPE, "type", text); }
  void subject(std::string_view text) { set(SENECA_FIELD_SUBJECT, "subject", text); }
  void data(std::string_view json) { set(SENECA_FIELD_DATA, "data", json); }
  void severity(std::string_view text) { set(SENECA_FIELD_SEVERITY, "severity", text); }
  void correlation_id(std::string_view text) { set(SENECA_FIELD_CORRELATION_ID, "correlation_id", text); }
  void traceparent(std::string_view text) { set(SENECA_FIELD_TRACEPARENT, "traceparent", text); }
  void origin(std::string_view text) { set(SENECA_FIELD_ORIGIN, "origin", text); }
  void room(std::string_view text) { set(SENECA_FIELD_ROOM, "room", text); }
  void extensions(std::string_view members) { set(SENECA_FIELD_EXTENSIONS, "extensions", members); }
  void time_us(int64_t time) { check("time_us", batch_->set_time(batch_, index_, time)); }
  void priority(Priority priority) {
    check("priority", batch_->set_priority(batch_, index_, static_cast<int32_t>(priority)));
  }

  /// A new event right after this one, whatever becomes of this one (unless it fails). Throws like
  /// Emitter::emit.
  void emit(const NewEvent& event) { Emitter(batch_, index_).emit(event); }

  /// `return event.drop("why")`: ends here, its publisher is told it was accepted.
  Verdict drop(std::string_view reason) noexcept { return decide(Verdict::drop, reason); }
  /// Ends here, its publisher is told so and why.
  Verdict reject(std::string_view reason) noexcept { return decide(Verdict::reject, reason); }
  /// The configured on_error decides.
  Verdict fail(std::string_view reason) noexcept { return decide(Verdict::fail, reason); }

 private:
  void set(int32_t field, const char* name, std::string_view text) {
    check(name, batch_->set(batch_, index_, field, to_str(text)));
  }
  static void check(const char* name, int32_t code) {
    if (code != SENECA_OK) throw Error(code, std::string("the host refused the new ") + name);
  }
  Verdict decide(Verdict verdict, std::string_view reason) noexcept {
    batch_->reason(batch_, index_, to_str(reason));
    return verdict;
  }

  const seneca_event* event_;
  const seneca_batch* batch_ = nullptr;
  uint32_t index_ = 0;
};

/// What a sink gets: events by rising offset, for the duration of the call. Return: it has them all.
/// Throw Again: not now. Throw anything else: the first event not taken is given up. Either way, those told
/// by `taken` do not come again.
class Delivery {
 public:
  class Iterator {
   public:
    explicit Iterator(const seneca_event* const* at) noexcept : at_(at) {}
    Event operator*() const noexcept { return Event(*at_); }
    Iterator& operator++() noexcept {
      ++at_;
      return *this;
    }
    bool operator!=(const Iterator& other) const noexcept { return at_ != other.at_; }

   private:
    const seneca_event* const* at_;
  };

  Delivery(const seneca_event* const* events, uint32_t count, uint32_t* taken) noexcept
      : events_(events), count_(count), taken_(taken) {}

  uint32_t size() const noexcept { return count_; }
  const Event operator[](uint32_t i) const noexcept { return Event(events_[i]); }
  Iterator begin() const noexcept { return Iterator(events_); }
  Iterator end() const noexcept { return Iterator(events_ + count_); }
  /// It has the first `count` of them.
  void taken(uint32_t count) const noexcept { *taken_ = count; }

 private:
  const seneca_event* const* events_;
  uint32_t count_;
  uint32_t* taken_;
};

}  // namespace seneca

#include "detail/plugin_glue.hpp"
#include "metrics.hpp"

/// Exports class `T` as the plugin of this shared object. Once per shared object, outside of any namespace.
#define SENECA_PLUGIN(T, plugin_id, plugin_version, plugin_summary)           \
  extern "C" {                                                                \
  const seneca_plugin seneca_plugin_v1 = {sizeof(seneca_plugin),              \
                                          SENECA_ABI_MAJOR,                   \
                                          SENECA_ABI_MINOR,                   \
                                          plugin_id,                          \
                                          plugin_version,                     \
                                          plugin_summary,                     \
                                          seneca::detail::SchemaOf<T>::value, \
                                          seneca::detail::Glue<T>::create,    \
                                          seneca::detail::Glue<T>::destroy,   \
                                          seneca::detail::Glue<T>::role};     \
  }

#endif
