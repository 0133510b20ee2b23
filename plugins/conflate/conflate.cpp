// Of events that come often only the latest per key goes on, once per interval.

#include <cstddef>
#include <cstdint>
#include <seneca/json.hpp>
#include <seneca/plugin.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "conflate/held_event.h"
#include "conflate/held_events.h"
#include "support/event_key.h"
#include "support/topic_pattern.h"

namespace conflate {
namespace {

constexpr size_t kMaxPerTick =
    1000;  // what a tick may emit is bounded by the host; the rest goes with the next one
constexpr int kMaxMadeRoom = 32;  // as is what may be emitted behind an event

class Conflate {
 public:
  static constexpr uint32_t tick_interval_ms = 50;
  static constexpr const char* schema = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["types"],
    "properties": {
      "types": {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1},
                "description": "patterns of the types to hold back"},
      "keep": {"type": "array", "items": {"type": "string", "minLength": 1},
               "description": "patterns of types among them that are important: never held back"},
      "key": {"type": ["string", "array"], "items": {"type": "string"}, "minItems": 1, "maxItems": 8,
              "minLength": 1, "default": ["type", "subject"],
              "description": "attributes or JSON pointers into data: a newer event of a key replaces the older"},
      "interval_ms": {"type": "integer", "minimum": 50, "maximum": 3600000, "default": 1000,
                      "description": "how long an event is held back at most"},
      "max_keys": {"type": "integer", "minimum": 1, "maximum": 100000, "default": 10000,
                   "description": "keys held back; the one that waits longest goes early"},
      "max_bytes": {"type": "integer", "minimum": 1024, "maximum": 8388608, "default": 4194304,
                    "description": "bytes held back; the same"}
    }
  })";

  Conflate(seneca::Host host, std::string_view text) : Conflate(host, seneca::JsonView(text)) {}

  seneca::Verdict operator()(seneca::Event& event) {
    if (!key_.read(event, key_text_)) return seneca::Verdict::pass;
    if (may_wait(event)) {
      HeldEvent copy(event);
      if (make_room(event, copy)) {
        const bool replaced = held_.hold(key_text_, std::move(copy), event.now_us());
        return event.drop(replaced ? "held back in place of an older one" : "held back");
      }
    }
    return held_.find(key_text_) == nullptr ? seneca::Verdict::pass : follow(event);
  }

  void tick(int64_t now_us, seneca::Emitter& emitter) {
    for (size_t i = 0; i < kMaxPerTick && !held_.empty() && is_due(held_.oldest(), now_us); ++i)
      if (!emit_oldest(emitter)) return;
  }

  std::string save() const {
    std::string text = "[";
    for (const HeldEvents::Held& held : held_) {
      text += text.size() == 1 ? "" : ",";
      text += "{\"since_us\":" + std::to_string(held.since_us) + ",\"key\":";
      seneca::append_json_string(text, held.key);
      text += ",\"event\":";
      held.event.append_json(text);
      text += '}';
    }
    return text + ']';
  }
  /// Under the keys that they had: what is held goes when its time comes, whatever the new configuration
  /// says.
  void load(std::string_view saved) {
    const seneca::JsonView view(saved);
    if (!view.is_array())
      throw std::runtime_error(
          "the events held back were saved by another version of the plugin, which this one cannot read; let "
          "them "
          "go first (wait interval_ms without new ones)");
    for (const seneca::JsonView& each : view.items())
      held_.hold(each.get("key").string(), HeldEvent(each.get("event")), each.get("since_us").integer());
  }

 private:
  Conflate(seneca::Host host, const seneca::JsonView& config)
      : host_(host),
        types_(config.get("types")),
        keep_(config.get("keep")),
        key_(config.get("key"), R"(["type","subject"])"),
        interval_us_(config.get("interval_ms").integer(1000) * 1000),
        held_(static_cast<size_t>(config.get("max_keys").integer(10000)),
              static_cast<size_t>(config.get("max_bytes").integer(4194304))) {}

  bool may_wait(const seneca::Event& event) const {
    const bool urgent =
        event.priority() == seneca::Priority::critical || event.priority() == seneca::Priority::high;
    return !urgent && types_.match(event.type()) && !keep_.match(event.type());
  }
  // A clock that was set back does not make events wait longer.
  bool is_due(const HeldEvents::Held& held, int64_t now_us) const {
    return now_us < held.since_us || now_us - held.since_us >= interval_us_;
  }

  // To an Emitter or behind an Event. False when the host takes no more now.
  template <class Target>
  bool emit_oldest(Target& target) {
    const HeldEvents::Held& oldest = held_.oldest();
    try {
      target.emit(oldest.event.to_new());
    } catch (const seneca::Error& error) {
      if (error.code() == SENECA_E_LIMIT) return false;
      host_.warn("a held event is lost, its data may be longer than the relay allows now: " +
                 oldest.event.id);
    }
    held_.erase(std::string(oldest.key));
    return true;
  }
  // What waits longest goes early, behind the event that needs its place; the event of the same key would go
  // behind its successor, so it stays.
  bool make_room(seneca::Event& event, const HeldEvent& newcomer) {
    for (int i = 0; i < kMaxMadeRoom && !held_.has_room(key_text_, newcomer); ++i)
      if (held_.empty() || held_.oldest().key == key_text_ || !emit_oldest(event)) break;
    return held_.has_room(key_text_, newcomer);
  }
  // The event of its key that is held goes first. As nothing can be put in front of an event, this one goes
  // again behind that.
  seneca::Verdict follow(seneca::Event& event) {
    try {
      event.emit(held_.find(key_text_)->event.to_new());
      held_.erase(key_text_);
      const HeldEvent copy(event);
      event.emit(copy.to_new());
      return event.drop("goes on behind the one held back");
    } catch (const seneca::Error&) {
      return seneca::Verdict::pass;  // the host takes no more in this batch: rather out of order than lost
    }
  }

  const seneca::Host host_;
  const plugins::TopicPatterns types_;
  const plugins::TopicPatterns keep_;
  const plugins::EventKey key_;
  const int64_t interval_us_;
  HeldEvents held_;
  std::string key_text_;  // of the event at hand
};

}  // namespace
}  // namespace conflate

SENECA_PLUGIN(conflate::Conflate, "seneca.conflate", "1.0.0", "the latest event per key and interval")
