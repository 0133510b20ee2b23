#pragma once

#include <cstdint>
#include <string_view>

#include <seneca/json.hpp>

namespace marcus {

/// The files and tables Marcus writes, as bits so that several fit in one set.
enum class Source : uint8_t {
  none = 0,
  agent_events = 1,
  conversations = 2,
  decisions = 4,
  realtime = 8,
  audit = 16,
  events = 32
};

using SourceSet = uint8_t;

[[nodiscard]] constexpr SourceSet operator|(Source a, Source b) {
  return static_cast<SourceSet>(static_cast<SourceSet>(a) | static_cast<SourceSet>(b));
}
[[nodiscard]] constexpr SourceSet operator|(SourceSet set, Source source) {
  return static_cast<SourceSet>(set | static_cast<SourceSet>(source));
}
[[nodiscard]] constexpr SourceSet set_of(Source source) { return static_cast<SourceSet>(source); }

[[nodiscard]] std::string_view to_string(Source source);

/// Where a raw event came from. Borrows.
struct Origin {
  Source source = Source::none;
  std::string_view instance;  ///< which Marcus, a URI reference: "/marcus/main"
  std::string_view name;      ///< what the source calls the record: its event_type, event or type
};

/// Told from the envelope: type "marcus.realtime.ping_request", source "/marcus/main/realtime", origin
/// "realtime/ping_request". A Marcus event that came over HTTP counts its whole source as the instance.
/// Source::none when the type is not a raw one of Marcus's.
[[nodiscard]] Origin identify(std::string_view type, std::string_view source, std::string_view origin);

/// One record as intake hands it over; borrows.
struct Record {
  Source source = Source::none;
  std::string_view name;
  seneca::JsonView data;
  std::string_view agent = {};  ///< the agent its envelope names, "" for none
};

}  // namespace marcus
