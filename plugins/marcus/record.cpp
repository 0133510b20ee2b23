#include "record.h"

#include <array>
#include <utility>

namespace marcus {
namespace {

constexpr std::array<std::pair<Source, std::string_view>, 6> kNames{{{Source::agent_events, "agent_events"},
                                                                     {Source::conversations, "conversations"},
                                                                     {Source::decisions, "decisions"},
                                                                     {Source::realtime, "realtime"},
                                                                     {Source::audit, "audit"},
                                                                     {Source::events, "events"}}};

Source source_named(std::string_view name) {
  for (const auto& [source, known] : kNames)
    if (name == known) return source;
  return Source::none;
}

}  // namespace

std::string_view to_string(Source source) {
  for (const auto& [known, name] : kNames)
    if (source == known) return name;
  return "none";
}

Origin identify(std::string_view type, std::string_view source, std::string_view origin) {
  constexpr std::string_view kRaw = "marcus.";
  if (type.substr(0, kRaw.size()) != kRaw) return {};
  type.remove_prefix(kRaw.size());
  const size_t dot = type.find('.');
  if (dot == std::string_view::npos) return {};
  Origin result{source_named(type.substr(0, dot)), source, type.substr(dot + 1)};
  if (result.source == Source::none) return {};

  // A name that does not fit into a type is only in the origin.
  const size_t slash = origin.find('/');
  if (slash != std::string_view::npos) result.name = origin.substr(slash + 1);

  const size_t last = source.rfind('/');
  const Source file = last == std::string_view::npos ? Source::none : source_named(source.substr(last + 1));
  if (file == Source::none) return result;
  result.instance = source.substr(0, last);
  // Records of decisions_* have the form of conversations and are told apart by their source only.
  if (file == Source::decisions && result.source == Source::conversations) result.source = file;
  return result;
}

}  // namespace marcus
