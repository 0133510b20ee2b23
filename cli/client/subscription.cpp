#include "cli/client/subscription.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "cli/client/log_point.h"
#include "event/filter.h"

namespace relay {
namespace {

using Json = nlohmann::ordered_json;

std::string json_text(const std::string& text) { return nlohmann::json(text).dump(); }

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

void conjoin(std::string& filter, const std::string& term) {
  filter += filter.empty() ? term : " and " + term;
}

Status check_since(const std::string& since) {
  if (since.empty()) return {};
  const auto point = parse_log_point(since, 0);
  return point ? Status{} : tl::unexpected(point.error());
}

std::string wire_since(const std::string& since) {
  return since.rfind(kOffsetPrefix, 0) == 0 ? since.substr(kOffsetPrefix.size()) : since;
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json selected(const char* op, uint64_t id, const TailSelection& selection, const std::string& filter) {
  Json json{{"op", op}, {"id", id}, {"sub", "tail"}};
  json["match"] = selection.match.empty() ? std::vector<std::string>{"**"} : selection.match;
  if (!filter.empty()) json["filter"] = filter;
  if (!selection.rooms.empty()) json["rooms"] = selection.rooms;
  json["format"] = "cloudevents";
  return json;
}

}  // namespace

std::optional<std::string> exclusion_filter(const std::string& pattern) {
  const bool any_depth = pattern.find("**") != std::string::npos;
  const std::string rest = replace_all(pattern, "**", "");
  const bool one_level = rest.find('*') != std::string::npos;
  if (pattern.find('?') != std::string::npos || (any_depth && one_level)) return std::nullopt;
  if (any_depth) return "not type =~ " + json_text(replace_all(pattern, "**", "*"));
  if (!one_level) return "type != " + json_text(pattern);
  // A glob's * also spans dots: types with more levels than the pattern are not meant.
  std::string deeper = "*.*";
  for (const char c : pattern) deeper += c == '.' ? ".*" : "";
  return "not (type =~ " + json_text(pattern) + " and not type =~ " + json_text(deeper) + ")";
}

Result<Subscription> Subscription::make(const TailSelection& selection) {
  Subscription result;
  result.selection_ = selection;
  const Result<PatternSet> match = PatternSet::parse(selection.match);
  if (!match) return tl::unexpected<Error>(match.error());
  const Result<Filter> own = Filter::parse(selection.filter);
  if (!own) return tl::unexpected<Error>(own.error());
  const Status since = check_since(selection.since);
  if (!since) return tl::unexpected<Error>(since.error());

  if (!own->matches_everything()) result.filter_ = "(" + selection.filter + ")";
  if (!selection.min_priority.empty()) conjoin(result.filter_, "priority >= " + selection.min_priority);
  std::vector<std::string> excluded_here;
  for (const std::string& pattern : selection.not_match) {
    const Result<Pattern> checked = Pattern::parse(pattern);
    if (!checked) return tl::unexpected<Error>(checked.error());
    const std::optional<std::string> term = exclusion_filter(pattern);
    if (term)
      conjoin(result.filter_, *term);
    else
      excluded_here.push_back(pattern);
  }
  if (!excluded_here.empty()) result.excluded_here_ = *PatternSet::parse(excluded_here);
  return result;
}

std::string Subscription::request(uint64_t id, TailStart start) const {
  Json json = selected("subscribe", id, selection_, filter_);
  if (start == TailStart::oldest) json["since"] = "0";
  if (start == TailStart::selected && selection_.last) json["last"] = *selection_.last;
  if (start == TailStart::selected && !selection_.since.empty()) json["since"] = wire_since(selection_.since);
  return dump(json);
}

std::string Subscription::resume_request(uint64_t id, const ResumePoint& point) const {
  Json json = selected("resume", id, selection_, filter_);
  json["epoch"] = point.epoch;
  json["offset"] = point.offset;
  return dump(json);
}

}  // namespace relay
