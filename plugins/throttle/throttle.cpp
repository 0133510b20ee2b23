// Lets at most so many events of a key through per window: {"limit": 10, "window_ms": 1000, "key":
// "subject"}.

#include <cstddef>
#include <cstdint>
#include <seneca/json.hpp>
#include <seneca/plugin.hpp>
#include <string>
#include <string_view>

#include "support/event_key.h"
#include "support/lru_map.h"
#include "support/saved_keys.h"
#include "support/siphash.h"

namespace {

class Throttle {
 public:
  static constexpr const char* schema = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["limit"],
    "properties": {
      "limit": {"type": "integer", "minimum": 1, "maximum": 1000000,
                "description": "events of a key per window"},
      "window_ms": {"type": "integer", "minimum": 1, "maximum": 86400000, "default": 1000,
                    "description": "a window begins with the first event of a key"},
      "key": {"type": ["string", "array"], "items": {"type": "string"}, "maxItems": 8,
              "default": ["type", "subject"],
              "description": "attributes or JSON pointers into data; [] counts all events together"},
      "max_keys": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 10000,
                   "description": "keys remembered; the one used longest ago is forgotten"},
      "include_critical": {"type": "boolean", "default": false,
                           "description": "count and drop critical events too"}
    }
  })";

  Throttle(seneca::Host host, std::string_view text) : Throttle(host, seneca::JsonView(text)) {}

  seneca::Verdict operator()(seneca::Event& event) {
    if (!include_critical_ && event.priority() == seneca::Priority::critical) return seneca::Verdict::pass;
    key_.read(event,
              key_text_);  // events that lack the key share one, or leaving it out would be a way around
    return count(hash_(key_text_), event.now_us()) <= limit_ ? seneca::Verdict::pass : event.drop(reason_);
  }

  std::string save() { return plugins::save_keys(kSaved, key_, hash_, windows_); }
  /// Windows that are open go on, and count against the new limit.
  void load(std::string_view saved) { plugins::load_keys(saved, kSaved, key_, hash_, windows_); }

 private:
  static constexpr std::string_view kSaved = "seneca.throttle";

  struct Window {
    int64_t begin_us = 0;
    int64_t events = 0;
  };

  Throttle(seneca::Host host, const seneca::JsonView& config)
      : host_(host),
        limit_(config.get("limit").integer()),
        window_us_(config.get("window_ms").integer(1000) * 1000),
        include_critical_(config.get("include_critical").boolean()),
        key_(config.get("key"), R"(["type","subject"])"),
        windows_(static_cast<size_t>(config.get("max_keys").integer(10000))),
        reason_("more than " + std::to_string(limit_) + " in " + std::to_string(window_us_ / 1000) + " ms") {}

  // How many events of this key there were in its window, with this one.
  int64_t count(uint64_t key, int64_t now_us) {
    Window* const window = windows_.find(key);
    if (window == nullptr) {
      remember(key, now_us);
      return 1;
    }
    if (!is_open(*window, now_us)) *window = {now_us, 0};
    return ++window->events;
  }
  void remember(uint64_t key, int64_t now_us) {
    decltype(windows_)::Entry forgotten{};
    if (!windows_.insert(key, {now_us, 1}, forgotten) || warned_ || !is_open(forgotten.value, now_us)) return;
    warned_ = true;
    host_.warn(
        "more keys within a window than max_keys: those that are forgotten may exceed the limit; raise "
        "max_keys");
  }
  // A clock that was set back ends a window too.
  bool is_open(const Window& window, int64_t now_us) const {
    return now_us >= window.begin_us && now_us - window.begin_us < window_us_;
  }

  const seneca::Host host_;
  const int64_t limit_;
  const int64_t window_us_;
  const bool include_critical_;
  const plugins::EventKey key_;
  plugins::SipHash hash_ = plugins::SipHash::random();
  plugins::LruMap<uint64_t, Window> windows_;
  const std::string reason_;
  std::string key_text_;  // here to be allocated once
  bool warned_ = false;
};

}  // namespace

SENECA_PLUGIN(Throttle, "seneca.throttle", "1.1.0", "at most so many events of a key per window")
