// Keeps one key in N: {"one_in": 10, "key": "subject"}.

#include <cmath>
#include <cstdint>
#include <seneca/json.hpp>
#include <seneca/plugin.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

#include "support/event_key.h"
#include "support/siphash.h"

namespace {

class Sample {
 public:
  static constexpr const char* schema = R"({
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "one_in": {"type": "integer", "minimum": 1, "maximum": 1000000000, "description": "keep one key in so many"},
      "probability": {"type": "number", "minimum": 0, "maximum": 1,
                      "description": "or keep this share of the keys"},
      "key": {"type": ["string", "array"], "items": {"type": "string"}, "minItems": 1, "maxItems": 8,
              "minLength": 1, "default": "subject",
              "description": "attributes or JSON pointers into data; events of one key stay together"},
      "seed": {"type": "integer", "minimum": 0, "default": 0,
               "description": "another number, another choice of keys"}
    }
  })";

  explicit Sample(std::string_view text) : Sample(seneca::JsonView(text)) {}

  seneca::Verdict operator()(seneca::Event& event) {
    if (event.priority() == seneca::Priority::critical) return seneca::Verdict::pass;
    if (!key_.read(event, key_text_)) alone_.read(event, key_text_);
    return hash_(key_text_) < threshold_ || threshold_ == UINT64_MAX ? seneca::Verdict::pass
                                                                     : event.drop("not in the sample");
  }

 private:
  explicit Sample(const seneca::JsonView& config)
      : key_(config.get("key"), R"("subject")"),
        alone_({}, R"(["source","id"])"),
        hash_(static_cast<uint64_t>(config.get("seed").integer()), 0),
        threshold_(threshold(config)) {}

  // Hashes below it are kept, so a smaller share is always a part of a larger one.
  static uint64_t threshold(const seneca::JsonView& config) {
    const seneca::JsonView one_in = config.get("one_in");
    const seneca::JsonView probability = config.get("probability");
    if (static_cast<bool>(one_in) == static_cast<bool>(probability))
      throw std::invalid_argument("give either one_in or probability");
    const double share = one_in ? 1.0 / static_cast<double>(one_in.integer(1)) : probability.number();
    return share >= 1 ? UINT64_MAX : static_cast<uint64_t>(std::ldexp(share, 64));
  }

  const plugins::EventKey key_;
  const plugins::EventKey alone_;  // of events that lack the key
  const plugins::SipHash hash_;
  const uint64_t threshold_;
  std::string key_text_;  // here to be allocated once
};

}  // namespace

SENECA_PLUGIN(Sample, "seneca.sample", "1.0.0", "keeps a share of the keys")
