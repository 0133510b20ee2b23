#include "cli/client/event_template.h"

#include <charconv>
#include <utility>

#include "base/ids.h"
#include "cli/client/random.h"

namespace relay {
namespace {

bool to_integer(std::string_view text, int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

Result<EventTemplate::Part> EventTemplate::parse_placeholder(std::string_view name) {
  if (name == "i") return Part{Part::Kind::index, "", 0, 0};
  if (name == "now") return Part{Part::Kind::now, "", 0, 0};
  if (name == "uuid") return Part{Part::Kind::uuid, "", 0, 0};
  Part part{Part::Kind::random, "", 0, 0};
  const size_t colon = name.rfind(':');
  if (name.substr(0, 5) == "rand:" && colon > 5 && colon != std::string_view::npos &&
      to_integer(name.substr(5, colon - 5), part.low) && to_integer(name.substr(colon + 1), part.high) &&
      part.low <= part.high)
    return part;
  return fail("bad_template", "{{" + std::string(name) + "}}",
              "is none of {{i}}, {{now}}, {{uuid}}, {{rand:LOW:HIGH}}");
}

EventTemplate EventTemplate::literal(std::string_view text) {
  EventTemplate result;
  result.parts_.push_back({Part::Kind::text, std::string(text), 0, 0});
  return result;
}

Result<EventTemplate> EventTemplate::parse(std::string_view text) {
  EventTemplate result;
  while (!text.empty()) {
    const size_t open = text.find("{{");
    const size_t close = open == std::string_view::npos ? open : text.find("}}", open);
    if (close == std::string_view::npos) break;
    Result<Part> part = parse_placeholder(text.substr(open + 2, close - open - 2));
    if (!part) return tl::unexpected<Error>(part.error());
    result.parts_.push_back({Part::Kind::text, std::string(text.substr(0, open)), 0, 0});
    result.parts_.push_back(*std::move(part));
    text.remove_prefix(close + 2);
  }
  result.parts_.push_back({Part::Kind::text, std::string(text), 0, 0});
  return result;
}

std::string EventTemplate::expand(uint64_t i, const Clock& clock, uint64_t& random) const {
  std::string out;
  for (const Part& part : parts_) {
    switch (part.kind) {
      case Part::Kind::text:
        out += part.text;
        break;
      case Part::Kind::index:
        out += std::to_string(i);
        break;
      case Part::Kind::now:
        out += format_rfc3339(clock.wall_us());
        break;
      case Part::Kind::uuid:
        out += uuid_v7(clock.wall_us());
        break;
      case Part::Kind::random: {
        const uint64_t span = static_cast<uint64_t>(part.high) - static_cast<uint64_t>(part.low) + 1;
        const uint64_t step = span == 0 ? next_random(random) : next_random(random) % span;
        out += std::to_string(static_cast<int64_t>(static_cast<uint64_t>(part.low) + step));
        break;
      }
    }
  }
  return out;
}

}  // namespace relay
