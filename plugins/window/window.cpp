// Reduces the events of a key to a state, or to the statistics of a number, and tells of it once per window.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <seneca/json.hpp>
#include <seneca/plugin.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/event_key.h"
#include "support/lru_map.h"
#include "window/merged_state.h"
#include "window/statistics.h"

namespace window {
namespace {

constexpr size_t kMaxPerTick =
    1000;  // what a tick may emit is bounded by the host; the rest goes with the next one
constexpr size_t kMaxName = 1024;        // of a key and a subject together
constexpr int64_t kMaxBytes = 12 << 20;  // of all states: a reload hands over up to 16 MiB

/// What is known of one key.
struct Reduced {
  std::string subject;  // of its last event
  MergedState state;
  Statistics statistics;
  bool changed = false;  // since it was told
  int64_t due_us = 0;    // when the change is to be told
  int64_t told_us = 0;
};
using Keys = plugins::LruMap<std::string, Reduced>;

class Window {
 public:
  static constexpr uint32_t tick_interval_ms = 100;
  static constexpr const char* schema = R"({
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "key": {"type": ["string", "array"], "items": {"type": "string"}, "minItems": 1, "maxItems": 8,
              "minLength": 1, "default": "subject",
              "description": "attributes or JSON pointers into data: events of a key are reduced together"},
      "pointer": {"type": "string", "pattern": "^/",
                  "description": "a JSON pointer to a number: its statistics per window instead of a state"},
      "window_ms": {"type": "integer", "minimum": 100, "maximum": 3600000, "default": 1000,
                    "description": "a change is told this long after the first event that made it"},
      "snapshot_ms": {"type": "integer", "minimum": 1000, "maximum": 86400000,
                      "description": "tell every state again after so long without a change, for who came later"},
      "type": {"type": "string", "minLength": 1, "default": "window.snapshot", "description": "of what is emitted"},
      "source": {"type": "string", "minLength": 1, "default": "/seneca/window", "description": "of what is emitted"},
      "drop_events": {"type": "boolean", "default": false,
                      "description": "drop what is reduced; critical events go on"},
      "max_keys": {"type": "integer", "minimum": 1, "maximum": 20000, "default": 1000,
                   "description": "keys known; the one seen longest ago is told early and forgotten"},
      "max_state": {"type": "integer", "minimum": 64, "maximum": 32768, "default": 8192,
                    "description": "bytes of the state of a key; members that do not fit are left out"}
    }
  })";

  Window(seneca::Host host, std::string_view text) : Window(host, seneca::JsonView(text)) {}

  seneca::Verdict operator()(seneca::Event& event) {
    if (!key_.read(event, key_text_) || key_text_.size() + event.subject().size() > kMaxName)
      return seneca::Verdict::pass;
    const seneca::JsonView data(event.data());
    const double number = pointer_.empty() ? 0 : data.pointer(pointer_).number(kNone);
    if (pointer_.empty() ? !data.is_object() : !std::isfinite(number)) return seneca::Verdict::pass;

    Reduced& reduced = known(event);
    bool changed = true;
    if (pointer_.empty())
      changed = reduced.state.take(data);
    else
      reduced.statistics.take(number);
    if (changed && !std::exchange(reduced.changed, true)) reduced.due_us = event.now_us() + window_us_;
    const bool drops = drops_ && event.priority() != seneca::Priority::critical;
    return drops ? event.drop("reduced") : seneca::Verdict::pass;
  }

  void tick(int64_t now_us, seneca::Emitter& emitter) {
    std::vector<Keys::Entry*> due;
    for (Keys::Entry& entry : keys_)
      if (is_due(entry.value, now_us)) due.push_back(&entry);
    // Those that wait longest go first, as a tick may not have room for all.
    std::sort(due.begin(), due.end(), [](const Keys::Entry* a, const Keys::Entry* b) {
      return std::pair(a->value.due_us, std::string_view(a->key)) <
             std::pair(b->value.due_us, std::string_view(b->key));
    });
    due.resize(std::min(due.size(), kMaxPerTick));
    for (Keys::Entry* const entry : due)
      if (!tell(*entry, now_us, emitter)) return;
  }

  std::string save() {
    std::string text;
    for (auto at = keys_.end();
         at != keys_.begin();) {  // the one seen longest ago first, as `load` adds them
      const Keys::Entry& entry = *--at;
      text += text.empty() ? "{\"subject\":" : ",{\"subject\":";
      seneca::append_json_string(text, entry.value.subject);
      text += entry.value.changed ? ",\"changed\":true" : ",\"changed\":false";
      text += ",\"due_us\":" + std::to_string(entry.value.due_us) +
              ",\"told_us\":" + std::to_string(entry.value.told_us) + ",";
      append_members(text, entry);
      text += '}';
    }
    return "{\"pointer\":" + quoted(pointer_) + ",\"keys\":[" + text + "]}";
  }
  /// Nothing of a window that reduced otherwise.
  void load(std::string_view saved) {
    const seneca::JsonView view(saved);
    if (!view.get("pointer").equals(pointer_)) return;
    for (const seneca::JsonView& each : view.get("keys").items()) {
      Reduced reduced = make(each.get("subject").string());
      reduced.state.restore(each);
      reduced.statistics.restore(each);
      reduced.changed = each.get("changed").boolean();
      reduced.due_us = each.get("due_us").integer();
      reduced.told_us = each.get("told_us").integer();
      std::string key = each.get("key").string();
      Keys::Entry forgotten{{}, make({})};
      if (keys_.find(key) == nullptr) keys_.insert(std::move(key), std::move(reduced), forgotten);
    }
  }

 private:
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  Window(seneca::Host host, const seneca::JsonView& config)
      : host_(host),
        key_(config.get("key"), R"("subject")"),
        pointer_(config.get("pointer").string()),
        window_us_(config.get("window_ms").integer(1000) * 1000),
        snapshot_us_(config.get("snapshot_ms").integer() * 1000),
        type_(config.get("type") ? config.get("type").string() : "window.snapshot"),
        source_(config.get("source") ? config.get("source").string() : "/seneca/window"),
        drops_(config.get("drop_events").boolean()),
        max_state_(static_cast<size_t>(config.get("max_state").integer(8192))),
        keys_(static_cast<size_t>(config.get("max_keys").integer(1000))) {
    const auto of_a_key = static_cast<int64_t>(max_state_ + kMaxName);
    if (config.get("max_keys").integer(1000) * of_a_key > kMaxBytes)
      throw std::invalid_argument(
          "max_keys times max_state, with 1 KiB for each key, is more than 12 MiB; make one of them smaller");
    if (snapshot_us_ != 0 && !pointer_.empty())
      throw std::invalid_argument("snapshot_ms is for states; statistics are told once per window");
  }

  [[nodiscard]] Reduced make(std::string subject) const {
    return {std::move(subject), MergedState(max_state_), {}, false, 0, 0};
  }
  static std::string quoted(std::string_view text) {
    std::string out;
    seneca::append_json_string(out, text);
    return out;
  }

  // What is known of the event's key, which may be nothing yet.
  Reduced& known(seneca::Event& event) {
    Reduced* reduced = keys_.find(key_text_);
    if (reduced == nullptr) {
      Keys::Entry forgotten{{}, make({})};
      if (keys_.insert(key_text_, make({}), forgotten) && forgotten.value.changed) tell(forgotten, 0, event);
      reduced = keys_.find(key_text_);
      reduced->told_us = event.now_us();
    }
    reduced->subject = event.subject();
    return *reduced;
  }

  // A clock that was set back does not make a change wait longer.
  [[nodiscard]] bool is_due(const Reduced& reduced, int64_t now_us) const {
    if (reduced.changed) return now_us >= reduced.due_us || reduced.due_us - now_us > window_us_;
    return snapshot_us_ != 0 && (now_us < reduced.told_us || now_us - reduced.told_us >= snapshot_us_);
  }

  void append_members(std::string& out, const Keys::Entry& entry) const {
    out += "\"key\":" + quoted(entry.key) + ",";
    if (pointer_.empty())
      entry.value.state.append_members(out);
    else
      entry.value.statistics.append_members(out);
  }

  // To an Emitter or behind an Event. False when the host takes no more now.
  template <class Target>
  bool tell(Keys::Entry& entry, int64_t now_us, Target& target) {
    std::string data = entry.value.changed ? "{\"changed\":true," : "{\"changed\":false,";
    append_members(data, entry);
    data += '}';
    seneca::NewEvent snapshot;
    snapshot.type = type_;
    snapshot.source = source_;
    snapshot.subject = entry.value.subject;
    snapshot.data = data;
    try {
      target.emit(snapshot);
    } catch (const seneca::Error& error) {
      if (error.code() == SENECA_E_LIMIT) return false;
      host_.warn("the relay refuses the snapshot of " + entry.key + ": make max_state smaller");
    }
    entry.value.changed = false;
    entry.value.due_us = entry.value.told_us = now_us;
    entry.value.statistics.clear();
    return true;
  }

  const seneca::Host host_;
  const plugins::EventKey key_;
  const std::string pointer_;
  const int64_t window_us_;
  const int64_t snapshot_us_;
  const std::string type_;
  const std::string source_;
  const bool drops_;
  const size_t max_state_;
  Keys keys_;
  std::string key_text_;  // of the event at hand
};

}  // namespace
}  // namespace window

SENECA_PLUGIN(window::Window, "seneca.window", "1.0.0",
              "a state or the statistics of each key, once per window")
