#include "cli/client/event_builder.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/ids.h"
#include "event/json_check.h"

namespace relay {
namespace {

std::string json_text(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void append_member(std::string& out, std::string_view key, const std::string& text) {
  if (text.empty()) return;
  out.append(",\"").append(key).append("\":").append(json_text(text));
}

Status check_attribute(const std::string& name) {
  const bool valid = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
  if (!valid) return fail("bad_attribute", name, "is no attribute name: only lower-case letters and digits");
  return {};
}

std::string place(std::string_view text, size_t at, uint64_t first_line) {
  const std::string_view before = text.substr(0, std::min(at, text.size()));
  const auto breaks = static_cast<uint64_t>(std::count(before.begin(), before.end(), '\n'));
  const size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return "line " + std::to_string(first_line + breaks) + ", column " +
         std::to_string(before.size() - line_start + 1);
}

}  // namespace

Result<EventBuilder> EventBuilder::make(InjectDraft draft, const Clock& clock) {
  for (const auto& [name, value] : draft.attributes) {
    const Status status = check_attribute(name);
    if (!status) return tl::unexpected<Error>(status.error());
  }
  EventBuilder builder(std::move(draft), clock);
  builder.random_ = static_cast<uint64_t>(clock.monotonic_us());
  const Result<EventTemplate> type = builder.compile(builder.draft_.type);
  if (!type) return tl::unexpected<Error>(type.error());
  const Result<EventTemplate> subject = builder.compile(builder.draft_.subject);
  if (!subject) return tl::unexpected<Error>(subject.error());
  builder.type_ = *type;
  builder.subject_ = *subject;
  return builder;
}

Result<EventTemplate> EventBuilder::compile(const std::string& text) const {
  return draft_.expand ? EventTemplate::parse(text) : EventTemplate::literal(text);
}

std::string EventBuilder::envelope(const std::string& data) {
  const int64_t now_us = clock_->wall_us();
  std::string out = R"({"specversion":"1.0","id":")" + uuid_v7(now_us) + "\"";
  append_member(out, "source", draft_.source);
  append_member(out, "type", type_.expand(made_, *clock_, random_));
  append_member(out, "subject", subject_.expand(made_, *clock_, random_));
  append_member(out, "time", format_rfc3339(now_us));
  append_member(out, "priority", draft_.priority);
  append_member(out, "room", draft_.room);
  for (const auto& [name, value] : draft_.attributes) append_member(out, name, value);
  return out + ",\"data\":" + data + "}";
}

Result<std::string> EventBuilder::publish(uint64_t id, const std::string& json, uint64_t first_line) {
  if (made_ == 0 || json != json_text_) {
    const Result<EventTemplate> compiled = compile(json);
    if (!compiled) return tl::unexpected<Error>(compiled.error());
    json_template_ = *compiled;
    json_text_ = json;
  }
  ++made_;
  const std::string text = json_template_.expand(made_, *clock_, random_);
  size_t error_at = 0;
  const JsonFault fault = check_json(text, {}, JsonTolerance::strict, &error_at);
  if (fault != JsonFault::none)
    return fail("bad_json", place(text, error_at, first_line), std::string(to_string(fault)));

  const std::string head = R"({"op":"publish","id":)" + std::to_string(id);
  if (!draft_.type.empty()) return head + ",\"event\":" + envelope(text) + "}";
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (text[start] != '{' && text[start] != '[')
    return fail("bad_json", place(text, start, first_line),
                "an event is a JSON object; give a TYPE to send a bare value");
  return head + (text[start] == '[' ? ",\"events\":" : ",\"event\":") + text + "}";
}

}  // namespace relay
