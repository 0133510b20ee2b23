// Drops what was there before: {"key": ["source", "id"], "window_ms": 60000}.

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

class Dedupe {
 public:
  static constexpr const char* schema = R"({
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "key": {"type": ["string", "array"], "items": {"type": "string"}, "minItems": 1, "maxItems": 8,
              "minLength": 1, "default": ["source", "id"],
              "description": "attributes or JSON pointers into data by which events are the same"},
      "window_ms": {"type": "integer", "minimum": 1, "maximum": 86400000, "default": 60000,
                    "description": "how long a key is remembered"},
      "refresh": {"type": "boolean", "default": false,
                  "description": "a repetition begins the window anew"},
      "max_keys": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 100000,
                   "description": "keys remembered; the one seen longest ago is forgotten"}
    }
  })";

  Dedupe(seneca::Host host, std::string_view text) : Dedupe(host, seneca::JsonView(text)) {}

  seneca::Verdict operator()(seneca::Event& event) {
    if (!key_.read(event, key_text_)) return seneca::Verdict::pass;
    const int64_t now_us = event.now_us();
    const uint64_t key = hash_(key_text_);
    int64_t* const seen_us = seen_.find(key);
    if (seen_us == nullptr) {
      remember(key, now_us);
      return seneca::Verdict::pass;
    }
    const bool again = is_fresh(*seen_us, now_us);
    if (!again || refresh_) *seen_us = now_us;
    return again ? event.drop("duplicate") : seneca::Verdict::pass;
  }

  std::string save() { return plugins::save_keys(kSaved, key_, hash_, seen_); }
  void load(std::string_view saved) {
    plugins::load_keys(saved, kSaved, key_, hash_, seen_);
    keys_.set(static_cast<int64_t>(seen_.size()));
  }

 private:
  static constexpr std::string_view kSaved = "seneca.dedupe";

  Dedupe(seneca::Host host, const seneca::JsonView& config)
      : host_(host),
        keys_(host, "keys_remembered"),
        forgotten_early_(host, "keys_forgotten_early"),
        window_us_(config.get("window_ms").integer(60000) * 1000),
        refresh_(config.get("refresh").boolean()),
        key_(config.get("key"), R"(["source","id"])"),
        seen_(static_cast<size_t>(config.get("max_keys").integer(100000))) {}

  void remember(uint64_t key, int64_t now_us) {
    decltype(seen_)::Entry forgotten{};
    const bool full = seen_.insert(key, now_us, forgotten);
    keys_.set(static_cast<int64_t>(seen_.size()));
    if (full) forgotten_early_.count(is_fresh(forgotten.value, now_us) ? 1 : 0);
    if (!full || warned_ || !is_fresh(forgotten.value, now_us)) return;
    warned_ = true;
    host_.warn(
        "more keys within window_ms than max_keys: duplicates of those forgotten pass; raise max_keys");
  }
  // A clock that was set back makes everything old.
  bool is_fresh(int64_t seen_us, int64_t now_us) const {
    return now_us >= seen_us && now_us - seen_us < window_us_;
  }

  const seneca::Host host_;
  const seneca::Gauge keys_;
  const seneca::Counter forgotten_early_;  // duplicates of these pass
  const int64_t window_us_;
  const bool refresh_;
  const plugins::EventKey key_;
  plugins::SipHash hash_ =
      plugins::SipHash::random();  // of the key: nobody can make two events look the same
  plugins::LruMap<uint64_t, int64_t> seen_;
  std::string key_text_;  // here to be allocated once
  bool warned_ = false;
};

}  // namespace

SENECA_PLUGIN(Dedupe, "seneca.dedupe", "1.1.0", "drops what was there before")
