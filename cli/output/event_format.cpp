#include "cli/output/event_format.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/printable.h"
#include "cli/output/logfmt.h"
#include "cli/output/text_width.h"

namespace relay {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kDim = "2", kType = "36", kHigh = "33", kCritical = "1;31";
constexpr size_t kTimeColumns = 12, kTypeColumns = 24, kSubjectColumns = 14, kPriorityColumns = 8;

std::string dump(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

// Strings bare, everything else as JSON.
std::string plain(const Json& value) { return value.is_string() ? value.get<std::string>() : dump(value); }

const Json* member(const Json& value, std::string_view name) {
  if (value.is_object()) {
    const auto found = value.find(std::string(name));
    return found == value.end() ? nullptr : &*found;
  }
  if (!value.is_array() || name.empty() || name.size() > 9) return nullptr;
  if (!std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; })) return nullptr;
  const size_t index = std::stoul(std::string(name));
  return index < value.size() ? &value[index] : nullptr;
}

// "data.agent.0.id": keys that hold dots themselves cannot be named.
const Json* lookup(const Json& event, std::string_view path) {
  const Json* at = &event;
  while (at && !path.empty()) {
    const size_t dot = std::min(path.find('.'), path.size());
    at = member(*at, path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return at;
}

std::string attribute(const Json& event, std::string_view name) {
  const Json* const value = member(event, name);
  return value ? plain(*value) : "";
}

std::string clock_time(const std::string& time) {
  int64_t wall_us = 0;
  if (time.empty()) return "-";
  if (!parse_time(time, 0, wall_us)) return time;
  const auto seconds = static_cast<std::time_t>(wall_us / 1'000'000);
  std::tm local{};
  localtime_r(&seconds, &local);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%02d:%02d:%02d.%03d", local.tm_hour, local.tm_min, local.tm_sec,
                static_cast<int>(wall_us / 1000 % 1000));
  return text.data();
}

std::string_view priority_style(std::string_view priority) {
  if (priority == "critical") return kCritical;
  if (priority == "high") return kHigh;
  return priority == "low" ? kDim : "";
}

/// Puts coloured pieces in a row until the line is full.
class Line {
 public:
  explicit Line(const EventFormatOptions& options) : options_(options) {}

  void add(std::string_view text, std::string_view style, size_t pad_to) {
    if (full_) return;
    std::string piece = (used_ == 0 ? "" : " ") + printable(text);
    const size_t width = columns(piece);
    const size_t wanted = pad_to + (used_ == 0 ? 0 : 1);
    if (width < wanted) piece.append(wanted - width, ' ');
    if (options_.columns != 0 && used_ + columns(piece) > options_.columns) {
      piece = clip(piece, options_.columns - used_);
      full_ = true;
    }
    used_ += columns(piece);
    append(piece, style);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void append(std::string_view piece, std::string_view style) {
    if (!options_.color || style.empty())
      text_.append(piece);
    else
      text_.append("\x1b[").append(style).append("m").append(piece).append("\x1b[0m");
  }

  const EventFormatOptions& options_;
  std::string text_;
  size_t used_ = 0;
  bool full_ = false;
};

std::string text_line(const Json& event, const EventFormatOptions& options) {
  const std::string subject = attribute(event, "subject");
  const std::string priority = attribute(event, "priority");
  const Json* const data = member(event, "data");
  Line line(options);
  line.add(clock_time(attribute(event, "time")), kDim, kTimeColumns);
  line.add(attribute(event, "type"), kType, kTypeColumns);
  line.add(subject.empty() ? "-" : subject, "", kSubjectColumns);
  line.add(priority.empty() ? "normal" : priority, priority_style(priority), kPriorityColumns);
  if (data) line.add(dump(*data), "", 0);
  return line.take();
}

std::string text_fields(const Json& event, const EventFormatOptions& options) {
  std::string text;
  for (const std::string& field : options.fields) {
    const Json* const value = lookup(event, field);
    if (!text.empty()) text += '\t';
    text += value ? printable(plain(*value)) : "-";
  }
  return text;
}

void flatten(std::string& line, const std::string& path, const Json& value) {
  if (!value.is_object() || value.empty()) {
    append_logfmt(line, path, plain(value));
    return;
  }
  for (const auto& [key, inner] : value.items()) flatten(line, path.empty() ? key : path + "." + key, inner);
}

std::string logfmt_line(const Json& event, const EventFormatOptions& options) {
  std::string line;
  if (options.fields.empty()) flatten(line, "", event);
  for (const std::string& field : options.fields) {
    if (const Json* const value = lookup(event, field)) append_logfmt(line, field, plain(*value));
  }
  return line;
}

// A raw line break in JSON can only be white space between tokens.
std::string on_one_line(std::string_view json) {
  std::string line(json);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return line;
}

std::string selected_fields(const Json& event, const EventFormatOptions& options) {
  Json selected = Json::object();
  for (const std::string& field : options.fields) {
    const Json* const value = lookup(event, field);
    selected[field] = value ? *value : Json(nullptr);
  }
  return dump(selected);
}

}  // namespace

std::string format_event(std::string_view cloudevent, const EventFormatOptions& options) {
  const bool json_out = options.format == OutputFormat::json || options.format == OutputFormat::jsonl;
  if (json_out && options.fields.empty()) return on_one_line(cloudevent);
  const Json event = Json::parse(cloudevent, nullptr, false);
  if (!event.is_object()) return printable(on_one_line(cloudevent));
  if (json_out) return selected_fields(event, options);
  if (options.format == OutputFormat::logfmt) return logfmt_line(event, options);
  return options.fields.empty() ? text_line(event, options) : text_fields(event, options);
}

}  // namespace relay
