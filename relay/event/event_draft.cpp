#include "event/event_draft.h"

#include <algorithm>
#include <array>

#include "base/clock.h"
#include "base/ids.h"
#include "base/utf8.h"

namespace relay {
namespace {

constexpr size_t kMaxType = 255;
constexpr size_t kMaxRoom = 200;
constexpr size_t kMaxAttribute = 4096;

struct NamedText {
  std::string_view name;
  std::string_view EventFields::*text;
};

// The attributes besides type, room and data, which have rules of their own.
constexpr std::array kAttributes = {
    NamedText{"id", &EventFields::id},
    NamedText{"source", &EventFields::source},
    NamedText{"subject", &EventFields::subject},
    NamedText{"severitytext", &EventFields::severity},
    NamedText{"correlationid", &EventFields::correlation_id},
    NamedText{"traceparent", &EventFields::traceparent},
    NamedText{"origin", &EventFields::origin},
};

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

bool has_control(std::string_view text) {
  namespace detail = seneca::detail;
  for (; text.size() >= 8; text.remove_prefix(8)) {
    const uint64_t word = detail::load_word(text.data());
    if ((detail::has_control(word) | detail::has_byte(word, 0x7F)) != 0) return true;
  }
  return std::any_of(text.begin(), text.end(), is_control);
}

// The bytes a type is made of.
constexpr std::array<bool, 256> kInTypes = [] {
  constexpr std::string_view kRefused = "*,\"'\\";
  std::array<bool, 256> allowed{};
  for (size_t byte = ' ' + 1; byte < 0x7F; ++byte)
    allowed[byte] = kRefused.find(static_cast<char>(byte)) == std::string_view::npos;
  return allowed;
}();

}  // namespace

bool is_valid_type(std::string_view type) {
  return !type.empty() && type.size() <= kMaxType && std::all_of(type.begin(), type.end(), [](char c) {
    return kInTypes[static_cast<unsigned char>(c)];
  });
}

bool is_reserved_type(std::string_view type) { return type.starts_with("seneca."); }

bool is_valid_room(std::string_view room) {
  return !room.empty() && room.size() <= kMaxRoom && valid_utf8_prefix(room) == room.size() &&
         std::none_of(room.begin(), room.end(), [](char c) { return is_control(c) || c == '*' || c == '>'; });
}

tl::unexpected<Error> missing_field(std::string_view name) {
  return fail("missing_field", std::string(name), "is required; give it as a text that is not empty");
}

tl::unexpected<Error> bad_field(std::string_view name, std::string message) {
  return fail("bad_field", std::string(name), std::move(message));
}

std::string_view EventDraft::keep(std::string text) { return kept_.emplace_front(std::move(text)); }

std::string_view EventDraft::text(const seneca::JsonView& value) {
  const std::string_view raw = value.raw_string();
  return raw.find('\\') == std::string_view::npos ? raw : keep(value.string());
}

Status EventDraft::take_text(std::string_view EventFields::*field, const seneca::JsonView& value,
                             std::string_view name) {
  if (value.is_string()) {
    fields.*field = text(value);
  } else if (value && !value.is_null() && !options_.tolerant) {
    return bad_field(name, "must be a text; put it in quotes");
  }
  return {};
}

Status EventDraft::take_time(const seneca::JsonView& value, std::string_view name) {
  if (value.is_string()) return set_time(text(value), name);
  if (!value || value.is_null() || options_.tolerant) return {};
  return bad_field(name, "must be an RFC 3339 time in quotes, such as \"2026-03-03T23:53:00Z\"");
}

Status EventDraft::set_time(std::string_view text, std::string_view name) {
  int64_t time_us = 0;
  if (parse_time(text, options_.naive_tz_offset_s, time_us)) {
    fields.time_us = time_us;
    has_time_ = true;
  } else if (!options_.tolerant) {
    return bad_field(name, "is not an RFC 3339 time; write it as in \"2026-03-03T23:53:00Z\"");
  }
  return {};
}

Status EventDraft::set_priority(std::string_view text, std::string_view name) {
  if (parse_priority(text, fields.priority)) {
    fields.has_priority = true;
  } else if (!options_.tolerant) {
    return fail("bad_priority", std::string(name), "must be critical, high, normal or low");
  }
  return {};
}

Status EventDraft::check() const {
  if (!is_valid_type(fields.type))
    return fail("bad_type", "type",
                "must be 1 to 255 printable ASCII characters without space, comma, *, quotes or backslash");
  if (!options_.reserved_types && is_reserved_type(fields.type))
    return fail("reserved_type", "type",
                "types that begin with seneca. are the relay's own; POST to /api/v1/emit to reach sockets");
  if (!fields.room.empty() && !is_valid_room(fields.room))
    return fail("bad_room", "room", "must be at most 200 bytes without control characters, * or >");
  for (const auto& [name, member] : kAttributes) {
    const std::string_view value = fields.*member;
    if (value.empty()) continue;
    if (value.size() > kMaxAttribute) return bad_field(name, "is too long; at most 4096 bytes are taken");
    if (has_control(value)) return bad_field(name, "must not hold control characters; remove them");
  }
  if (fields.extensions.size() > options_.max_data)
    return fail("too_large", "extensions", "together exceed the limit for one event; move them into data");
  if (fields.data.size() > options_.max_data)
    return fail("too_large", "data",
                "has " + std::to_string(fields.data.size()) + " bytes, at most " +
                    std::to_string(options_.max_data) +
                    " are taken; send less or raise security.content_filtering.max_message_size");
  return {};
}

Result<EventRef> EventDraft::finish() {
  const bool named = !fields.id.empty();
  if (fields.id.empty()) fields.id = options_.fallback_id;
  if (fields.id.empty()) {
    write_uuid_v7(options_.now_wall_us, made_up_id_);
    fields.id = {made_up_id_.data(), made_up_id_.size()};
  }
  if (fields.source.empty()) fields.source = options_.default_source;
  if (!has_time_) fields.time_us = options_.now_wall_us;
  fields.extensions = extensions;
  if (const Status checked = check(); !checked) return tl::unexpected<Error>(checked.error());
  EventRef event = Event::make(fields);
  event->set_backfill(options_.backfill);
  event->set_named(named);
  return event;
}

}  // namespace relay
