#include "codec/plain_json.h"

#include <seneca/version.h>

#include <array>
#include <charconv>
#include <seneca/json.hpp>
#include <utility>

#include "event/json_check.h"
#include "event/json_outline.h"

namespace relay {
namespace {

using seneca::JsonMember;
using seneca::JsonView;
using Op = PlainRequest::Op;

constexpr std::array<std::pair<std::string_view, Op>, 9> kOps = {{{"subscribe", Op::subscribe},
                                                                  {"unsubscribe", Op::unsubscribe},
                                                                  {"publish", Op::publish},
                                                                  {"join", Op::join},
                                                                  {"leave", Op::leave},
                                                                  {"resume", Op::resume},
                                                                  {"presence", Op::presence},
                                                                  {"auth", Op::auth},
                                                                  {"ping", Op::ping}}};

bool read(const JsonView& value, std::string& out) {
  out = value.string();
  return value.is_string();
}

bool read(const JsonView& value, std::string_view& out) {
  out = value.raw();
  return true;
}

bool read(const JsonView& value, std::optional<bool>& out) {
  out = value.boolean();
  return value.is_boolean();
}

bool read(const JsonView& value, std::optional<uint64_t>& out) {
  uint64_t number = 0;
  const std::string_view raw = value.raw();
  const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), number);
  if (error != std::errc() || end != raw.data() + raw.size()) return false;
  out = number;
  return true;
}

bool read(const JsonView& value, std::vector<std::string>& out) {
  if (value.is_string()) {
    out = {value.string()};
    return true;
  }
  out.clear();
  for (const JsonView& item : value.items()) {
    if (!item.is_string()) return false;
    out.push_back(item.string());
  }
  return value.is_array();
}

// A number and the text of a number are the same position.
bool read_since(const JsonView& value, std::string& out) {
  out = value.is_string() ? value.string() : std::string(value.raw());
  return value.is_string() || value.is_number();
}

bool read_filter(const JsonView& value, std::string& out) {
  out = value.is_string() ? value.string() : std::string(value.raw());
  return value.is_string() || value.is_object() || value.is_array();
}

struct Field {
  std::string_view name;
  bool (*read)(const JsonView&, PlainRequest&);
  std::string_view kind;
};

template <auto Member>
bool into(const JsonView& value, PlainRequest& request) {
  return read(value, request.*Member);
}

constexpr std::string_view kText = "must be a text";
constexpr std::string_view kTexts = "must be a text or an array of texts";
constexpr std::string_view kWhole = "must be a whole number, 0 or more";

constexpr std::array<Field, 15> kFields = {{
    {"sub", into<&PlainRequest::sub>, kText},
    {"match", into<&PlainRequest::match>, kTexts},
    {"filter",
     [](const JsonView& value, PlainRequest& request) { return read_filter(value, request.filter); },
     "must be a filter expression or a CloudEvents filter"},
    {"rooms", into<&PlainRequest::rooms>, kTexts},
    {"last", into<&PlainRequest::last>, kWhole},
    {"since", [](const JsonView& value, PlainRequest& request) { return read_since(value, request.since); },
     "must be an offset, a duration or a time"},
    {"format", into<&PlainRequest::format>, kText},
    {"room", into<&PlainRequest::room>, kText},
    {"epoch", into<&PlainRequest::epoch>, kText},
    {"offset", into<&PlainRequest::offset>, kWhole},
    {"event", into<&PlainRequest::event>, ""},
    {"events", into<&PlainRequest::events>, ""},
    {"token", into<&PlainRequest::token>, kText},
    {"ack", into<&PlainRequest::ack>, "must be true or false"},
    {"id", into<&PlainRequest::id>, kWhole},
}};

Status read_member(const JsonMember& member, PlainRequest& request) {
  const bool escaped = member.raw_key.find('\\') != std::string_view::npos;
  for (const Field& field : kFields) {
    if (escaped ? !member.is(field.name) : member.raw_key != field.name) continue;
    if (field.read(member.value, request)) return {};
    return fail("bad_field", std::string(field.name), std::string(field.kind));
  }
  return {};
}

Status read_op(const JsonView& op, PlainRequest& request) {
  if (!op) return fail("missing_field", "op", "is missing; it says what to do");
  for (const auto& [name, value] : kOps) {
    if (!op.equals(name)) continue;
    request.op = value;
    return {};
  }
  return fail("unknown_op", "op",
              "must be subscribe, unsubscribe, publish, join, leave, resume, presence, auth or ping");
}

JsonView member_of(const JsonOutline& object, std::string_view key) {
  for (const JsonMember& member : object.members())
    if (member.is(key)) return member.value;
  return {};
}

void append_member(std::string& out, std::string_view key, std::string_view value) {
  out += ",\"";
  out += key;
  out += "\":";
  seneca::append_json_string(out, value);
}

}  // namespace

Status decode_plain_request(std::string_view text, PlainRequest& request, JsonOutline* event) {
  JsonOutline object = event != nullptr ? JsonOutline("event", *event) : JsonOutline();
  const JsonFault fault = check_json(text, {}, JsonTolerance::strict, nullptr, &object);
  if (fault != JsonFault::none) return fail("bad_json", "message", std::string(to_string(fault)));
  if (!JsonView(text).is_object()) return fail("not_object", "message", "must be a JSON object with \"op\"");
  // The id first: an error about anything else is answered with it.
  if (const JsonView id = member_of(object, "id"); id && !read(id, request.id))
    return fail("bad_field", "id", std::string(kWhole));
  if (Status op = read_op(member_of(object, "op"), request); !op) return op;
  for (const JsonMember& member : object.members())
    if (Status read = read_member(member, request); !read) return read;
  return {};
}

std::string encode_plain_hello(std::string_view session, std::string_view epoch, uint64_t offset) {
  std::string text = R"({"op":"hello")";
  append_member(text, "session", session);
  append_member(text, "epoch", epoch);
  text += ",\"offset\":" + std::to_string(offset);
  append_member(text, "server", "seneca/" SENECA_VERSION_STRING);
  return text += '}';
}

std::string encode_plain_reply(uint64_t id, bool ok, std::string_view members) {
  constexpr size_t kHead = 64;
  std::string text;
  text.reserve(kHead + members.size());
  text.append(R"({"op":"reply","id":)").append(std::to_string(id));
  text += ok ? ",\"ok\":true" : ",\"ok\":false";
  if (!members.empty()) text += ',';
  text += members;
  return text += '}';
}

std::string encode_plain_error(std::optional<uint64_t> id, std::string_view code, std::string_view message) {
  std::string text = R"({"op":"error")";
  if (id) text += ",\"id\":" + std::to_string(*id);
  append_member(text, "code", code);
  append_member(text, "message", message);
  return text += '}';
}

std::string encode_plain_gap(const GapNotice& gap) { return R"({"op":"gap",)" + encode_gap(gap).substr(1); }

std::string encode_plain_bye(std::string_view reason) {
  std::string text = R"({"op":"bye")";
  append_member(text, "reason", reason);
  return text += '}';
}

}  // namespace relay
