#include "codec/msgpack_reader.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <seneca/json.hpp>

#include "base/utf8.h"
#include "codec/msgpack_date.h"
#include "event/json_check.h"

namespace relay {
namespace {

constexpr std::string_view kTruncated = "the message ends inside a value";
constexpr std::string_view kNotUtf8 = "a string is not UTF-8; send other bytes as binary";
constexpr std::string_view kBadExtension =
    "an extension type is unknown; send dates, binary or what JSON has";

constexpr char kTimestamp = '\xFF';

uint64_t big_endian(std::string_view bytes) {
  uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

template <class Number>
void append_number(std::string& json, Number number) {
  std::array<char, 32> text;
  const auto written = std::to_chars(text.data(), text.data() + text.size(), number);
  json.append(text.data(), written.ptr);
}

void append_real(std::string& json, double number) {
  if (std::isfinite(number))
    append_number(json, number);
  else
    json += "null";
}

// The bytes of a string as JSON; false when they are no UTF-8.
bool append_text(std::string& json, std::string_view bytes) {
  json += '"';
  const char* const end = bytes.data() + bytes.size();
  for (const char* at = bytes.data(); at != end;) {
    const char* const plain_end = seneca::detail::skip_plain(at, end);
    json.append(at, static_cast<size_t>(plain_end - at));
    at = plain_end;
    if (at == end) break;
    const auto byte = static_cast<unsigned char>(*at++);
    if (byte >= 0x80) return false;
    seneca::detail::append_escaped_byte(json, byte);
  }
  json += '"';
  return true;
}

}  // namespace

const MsgpackReader::Form MsgpackReader::kForms[32] = {{Kind::nil, 0, 0},
                                                       {Kind::none, 0, 0},
                                                       {Kind::boolean, 0, 0},
                                                       {Kind::boolean, 0, 1},
                                                       {Kind::binary, 1, 0},
                                                       {Kind::binary, 2, 0},
                                                       {Kind::binary, 4, 0},
                                                       {Kind::extension, 1, 0},
                                                       {Kind::extension, 2, 0},
                                                       {Kind::extension, 4, 0},
                                                       {Kind::float32, 4, 0},
                                                       {Kind::float64, 8, 0},
                                                       {Kind::unsigned_number, 1, 0},
                                                       {Kind::unsigned_number, 2, 0},
                                                       {Kind::unsigned_number, 4, 0},
                                                       {Kind::unsigned_number, 8, 0},
                                                       {Kind::signed_number, 1, 0},
                                                       {Kind::signed_number, 2, 0},
                                                       {Kind::signed_number, 4, 0},
                                                       {Kind::signed_number, 8, 0},
                                                       {Kind::fixed_extension, 0, 1},
                                                       {Kind::fixed_extension, 0, 2},
                                                       {Kind::fixed_extension, 0, 4},
                                                       {Kind::fixed_extension, 0, 8},
                                                       {Kind::fixed_extension, 0, 16},
                                                       {Kind::string, 1, 0},
                                                       {Kind::string, 2, 0},
                                                       {Kind::string, 4, 0},
                                                       {Kind::array, 2, 0},
                                                       {Kind::array, 4, 0},
                                                       {Kind::map, 2, 0},
                                                       {Kind::map, 4, 0}};

bool MsgpackReader::refuse(std::string_view problem) {
  problem_ = problem;
  return false;
}

std::string_view MsgpackReader::take_bytes(size_t count) {
  const std::string_view bytes = rest_.substr(0, count);
  rest_.remove_prefix(bytes.size());
  return bytes;
}

bool MsgpackReader::take_head(Head& head) {
  if (rest_.empty()) return refuse(kTruncated);
  const auto first = static_cast<uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  if (first < 0x80)
    head = {Kind::unsigned_number, first};
  else if (first < 0x90)
    head = {Kind::map, first & 0x0FU};
  else if (first < 0xA0)
    head = {Kind::array, first & 0x0FU};
  else if (first < 0xC0)
    head = {Kind::string, first & 0x1FU};
  else if (first >= 0xE0)
    head = {Kind::signed_number, static_cast<uint64_t>(static_cast<int8_t>(first))};
  else if (!take_long_head(first, head))
    return false;
  return judge_length(head);
}

bool MsgpackReader::take_long_head(uint8_t first, Head& head) {
  const Form& form = kForms[first - 0xC0];
  if (form.kind == Kind::none) return refuse("no value begins with the byte 0xc1");
  if (rest_.size() < form.argument_bytes) return refuse(kTruncated);
  head = {form.kind, form.fixed};
  if (form.argument_bytes == 0) return true;
  head.number = big_endian(take_bytes(form.argument_bytes));
  if (form.kind != Kind::signed_number) return true;
  const int spare_bits = 64 - 8 * form.argument_bytes;
  head.number = static_cast<uint64_t>(static_cast<int64_t>(head.number << spare_bits) >> spare_bits);
  return true;
}

// Each item of an array takes a byte at least, each member of a map two.
bool MsgpackReader::judge_length(const Head& head) {
  switch (head.kind) {
    case Kind::string:
    case Kind::binary:
    case Kind::array:
      return head.number <= rest_.size() || refuse(kTruncated);
    case Kind::extension:
    case Kind::fixed_extension:
      return head.number < rest_.size() || refuse(kTruncated);
    case Kind::map:
      if (head.number > JsonLimits().max_members) return refuse("a map has more than 50000 members");
      return head.number <= rest_.size() / 2 || refuse(kTruncated);
    default:
      return true;
  }
}

bool MsgpackReader::take_map(size_t& members) {
  Head head;
  if (!take_head(head)) return false;
  members = head.number;
  return head.kind == Kind::map || refuse("the message is not a map");
}

bool MsgpackReader::take_string(std::string_view& text) {
  Head head;
  if (!take_head(head)) return false;
  if (head.kind != Kind::string) return refuse("a string is missing");
  text = take_bytes(head.number);
  return valid_utf8_prefix(text) == text.size() || refuse(kNotUtf8);
}

bool MsgpackReader::take_unsigned(uint64_t& number) {
  Head head;
  if (!take_head(head)) return false;
  const bool fits = head.kind == Kind::unsigned_number ||
                    (head.kind == Kind::signed_number && static_cast<int64_t>(head.number) >= 0);
  number = head.number;
  return fits || refuse("a whole number from 0 is missing");
}

bool MsgpackReader::take_nothing() {
  constexpr std::string_view kNil = "\xC0", kUndefined{"\xD4\x00", 2};
  const bool undefined = rest_.starts_with(kUndefined) && rest_.size() > kUndefined.size();
  if (!undefined && !rest_.starts_with(kNil)) return false;
  rest_.remove_prefix(undefined ? kUndefined.size() + 1 : kNil.size());
  return true;
}

bool MsgpackReader::take_value(std::string& json, std::vector<std::string>* attachments) {
  json_ = &json;
  attachments_ = attachments;
  return value(1);
}

bool MsgpackReader::value(int depth) {
  Head head;
  if (!take_head(head)) return false;
  switch (head.kind) {
    case Kind::nil:
      return word("null");
    case Kind::boolean:
      return word(head.number != 0 ? "true" : "false");
    case Kind::string:
      return string(head.number);
    case Kind::binary:
      return binary(head.number);
    case Kind::array:
      return array(head.number, depth);
    case Kind::map:
      return map(head.number, depth);
    case Kind::extension:
    case Kind::fixed_extension:
      return extension(head);
    default:
      return number(head);
  }
}

bool MsgpackReader::number(const Head& head) {
  switch (head.kind) {
    case Kind::unsigned_number:
      append_number(*json_, head.number);
      return true;
    case Kind::signed_number:
      append_number(*json_, static_cast<int64_t>(head.number));
      return true;
    case Kind::float32:
      append_real(*json_, std::bit_cast<float>(static_cast<uint32_t>(head.number)));
      return true;
    default:
      append_real(*json_, std::bit_cast<double>(head.number));
      return true;
  }
}

bool MsgpackReader::string(size_t bytes) {
  return append_text(*json_, take_bytes(bytes)) || refuse(kNotUtf8);
}

bool MsgpackReader::binary(size_t bytes) {
  if (attachments_ == nullptr) return refuse("binary is possible inside data only");
  if (attachments_->size() >= max_attachments_)
    return refuse("too many binary values; send fewer in one message");
  *json_ += R"({"_placeholder":true,"num":)";
  append_number(*json_, attachments_->size());
  *json_ += '}';
  attachments_->emplace_back(take_bytes(bytes));
  return true;
}

bool MsgpackReader::array(size_t items, int depth) {
  if (depth > kMaxJsonDepth) return refuse("nested deeper than 64 levels");
  *json_ += '[';
  for (size_t i = 0; i < items; ++i) {
    if (i > 0) *json_ += ',';
    if (!value(depth + 1)) return false;
  }
  *json_ += ']';
  return true;
}

bool MsgpackReader::map(size_t members, int depth) {
  if (depth > kMaxJsonDepth) return refuse("nested deeper than 64 levels");
  *json_ += '{';
  for (size_t i = 0; i < members; ++i) {
    if (i > 0) *json_ += ',';
    if (!key()) return false;
    *json_ += ':';
    if (!value(depth + 1)) return false;
  }
  *json_ += '}';
  return true;
}

bool MsgpackReader::key() {
  Head head;
  if (!take_head(head)) return false;
  return head.kind == Kind::string ? string(head.number) : refuse("the key of a map is not a string");
}

// Type 0 is notepack.io's, with a meaning of its own for each form: undefined, a date and Node's ArrayBuffer.
bool MsgpackReader::extension(const Head& head) {
  const char type = rest_.front();
  rest_.remove_prefix(1);
  const bool fixed = head.kind == Kind::fixed_extension;
  if (type == 0 && !fixed) return binary(head.number);
  const std::string_view bytes = take_bytes(head.number);
  if (type == 0 && bytes.size() == 1) return word("null");
  if (type == 0 && bytes.size() == 8) {
    append_json_date(*json_, static_cast<int64_t>(big_endian(bytes)));
    return true;
  }
  return (type == kTimestamp && append_json_timestamp(*json_, bytes)) || refuse(kBadExtension);
}

bool MsgpackReader::word(std::string_view text) {
  *json_ += text;
  return true;
}

}  // namespace relay
