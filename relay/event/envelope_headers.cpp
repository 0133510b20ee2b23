#include <algorithm>
#include <string>

#include "base/utf8.h"
#include "event/envelope.h"
#include "event/envelope_kinds.h"
#include "event/extension.h"
#include "event/json_check.h"

namespace relay {
namespace {

constexpr std::string_view kPrefix = "ce-";

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::string_view trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool is_utf8(std::string_view text) { return valid_utf8_prefix(text) == text.size(); }

// CloudEvents HTTP binding 3.1.3.2: one round of unquoting, then one of percent-decoding.
std::string decode_header(std::string_view value) {
  value = trim(value);
  std::string unquoted(value);
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    unquoted.clear();
    for (size_t i = 1; i + 1 < value.size(); ++i) {
      if (value[i] == '\\' && i + 2 < value.size()) ++i;
      unquoted += value[i];
    }
  }
  std::string decoded;
  for (size_t i = 0; i < unquoted.size(); ++i) {
    const bool escaped = unquoted[i] == '%' && i + 2 < unquoted.size();
    const int high = escaped ? hex_digit(unquoted[i + 1]) : -1;
    const int low = escaped ? hex_digit(unquoted[i + 2]) : -1;
    if (high < 0 || low < 0) {
      decoded += unquoted[i];
    } else {
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return decoded;
}

std::string media_type(std::string_view content_type) {
  return lower(trim(content_type.substr(0, content_type.find(';'))));
}

bool is_text_media_type(std::string_view type) {
  return type.substr(0, 5) == "text/" || type == "application/xml" ||
         type == "application/x-www-form-urlencoded" || type.ends_with("+xml");
}

std::string base64(std::string_view bytes) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j)
      group = group << 8 | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    for (size_t j = 0; j < 4; ++j) text += j <= count ? kAlphabet[group >> (18 - 6 * j) & 63] : '=';
  }
  return text;
}

void append_text_extension(EventDraft& draft, std::string_view name, std::string_view text) {
  std::string json;
  seneca::append_json_string(json, text);
  append_extension(draft.extensions, name, json);
}

Status take_header(EventDraft& draft, const std::string& name, std::string_view header_value) {
  if (!is_attribute_name(name))
    return fail("bad_attribute", std::string(kPrefix) + name,
                "is no CloudEvents attribute name; use lower case letters and digits");
  if (name == "datacontenttype") return {};  // in binary mode that is Content-Type
  const std::string_view value = draft.keep(decode_header(header_value));
  if (!is_utf8(value)) return bad_field(name, "is not UTF-8 after percent-decoding; encode it again");
  const Result<bool> known = set_known_attribute(draft, name, value);
  if (!known) return tl::unexpected<Error>(known.error());
  if (*known) return {};
  append_text_extension(draft, name, value);
  return {};
}

Status take_body(EventDraft& draft, std::string_view content_type, std::string_view body) {
  if (body.empty()) return {};
  if (body.size() > draft.options().max_data)
    return fail("too_large", "data",
                "at most " + std::to_string(draft.options().max_data) + " bytes are taken");
  if (content_type.empty() || is_json_content_type(content_type)) {
    size_t error_at = 0;
    const JsonFault fault = check_json(body, {}, JsonTolerance::strict, &error_at);
    if (fault != JsonFault::none)
      return fail("bad_json", "byte " + std::to_string(error_at), std::string(to_string(fault)));
    draft.fields.data = seneca::JsonView(body).raw();
    if (!content_type.empty() && media_type(content_type) != "application/json")
      append_text_extension(draft, "datacontenttype", content_type);
    return {};
  }
  append_text_extension(draft, "datacontenttype", content_type);
  if (!is_text_media_type(media_type(content_type)) || !is_utf8(body)) {
    append_text_extension(draft, "data_base64", base64(body));
    return {};
  }
  std::string text;
  seneca::append_json_string(text, body);
  draft.fields.data = draft.keep(std::move(text));
  return {};
}

}  // namespace

bool is_json_content_type(std::string_view content_type) {
  const std::string type = media_type(content_type);
  return type == "application/json" || type == "text/json" || type.ends_with("+json");
}

Result<EventRef> event_from_cloudevent_headers(const std::vector<HeaderField>& headers,
                                               std::string_view content_type, std::string_view body,
                                               const EnvelopeOptions& options) {
  EventDraft draft(options);
  std::vector<std::string> seen;
  for (const auto& [header, value] : headers) {
    std::string name = lower(header);
    if (name.substr(0, kPrefix.size()) != kPrefix) continue;
    name.erase(0, kPrefix.size());
    if (std::find(seen.begin(), seen.end(), name) != seen.end())
      return fail("duplicate_key", std::string(kPrefix) + name, "appears twice; keep one");
    if (const Status taken = take_header(draft, name, value); !taken)
      return tl::unexpected<Error>(taken.error());
    seen.push_back(std::move(name));
  }
  const bool has_specversion = std::find(seen.begin(), seen.end(), "specversion") != seen.end();
  if (const Status complete = check_required_attributes(draft, has_specversion); !complete)
    return tl::unexpected<Error>(complete.error());
  if (const Status taken = take_body(draft, trim(content_type), body); !taken)
    return tl::unexpected<Error>(taken.error());
  return draft.finish();
}

}  // namespace relay
