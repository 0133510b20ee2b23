#include "config/checks.h"

#include <array>
#include <string>

#include "base/address_ranges.h"
#include "config/listen.h"
#include "config/zone.h"
#include "event/envelope.h"
#include "event/filter.h"
#include "event/pattern.h"

namespace relay {

namespace {

constexpr size_t kMaxIdentifierBytes = 64;
constexpr size_t kMaxEventNameBytes = 200;
// Socket.IO clients drop the connection when they see one of these as an event.
constexpr std::array<std::string_view, 6> kReservedEvents{"connect",       "connect_error", "disconnect",
                                                          "disconnecting", "newListener",   "removeListener"};

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

template <class T>
Status status_of(const Result<T>& result) {
  if (!result) return tl::unexpected<Error>(result.error());
  return {};
}

bool all_of(std::string_view text, std::string_view punctuation) {
  for (const char c : text) {
    const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!alphanumeric && punctuation.find(c) == std::string_view::npos) return false;
  }
  return true;
}

}  // namespace

Status check_listen(std::string_view text) { return status_of(parse_listen(text)); }

Status check_origin(std::string_view text) {
  if (text == "*") return {};
  const size_t colon = text.find("://");
  const std::string_view host = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 3);
  const bool fits =
      colon != 0 && !host.empty() && all_of(text.substr(0, colon), "+-.") && all_of(host, ".-_:[]");
  if (fits) return {};
  return fail("bad_origin", "",
              quoted(text) +
                  " is no origin; write \"*\" or scheme, host and port without a path, as in "
                  "\"http://localhost:3000\"");
}

Status check_address_range(std::string_view text) { return AddressRanges().add(text); }

Status check_room(std::string_view text) {
  if (is_valid_room(text)) return {};
  return fail("bad_room", "",
              quoted(text) + " is no room name; use 1 to 200 bytes without control characters, * or >");
}

Status check_pattern(std::string_view text) { return status_of(Pattern::parse(text)); }

Status check_filter(std::string_view text) {
  const Result<Filter> filter = Filter::parse(text);
  if (filter) return {};
  return fail(filter.error().code, "", filter.error().subject + ": " + filter.error().message);
}

Status check_event(std::string_view text) {
  for (const std::string_view reserved : kReservedEvents) {
    if (text != reserved) continue;
    return fail("reserved_event", "", quoted(text) + " is reserved by Socket.IO; choose another event name");
  }
  if (!text.empty() && text.size() <= kMaxEventNameBytes) return {};
  return fail("bad_event", "", "an event name has 1 to 200 bytes");
}

Status check_namespace(std::string_view text) {
  // A comma ends the namespace on the wire, and clients send anything after ? as a query.
  const bool fits = text.starts_with('/') && text.size() <= kMaxEventNameBytes &&
                    text.find_first_of(",?") == std::string_view::npos;
  if (fits) return {};
  return fail(
      "bad_namespace", "",
      quoted(text) + " is no namespace; begin with / and leave out commas and ?, as in \"/\" or \"/admin\"");
}

Status check_zone(std::string_view text) { return status_of(parse_zone(text)); }

Status check_identifier(std::string_view text) {
  if (!text.empty() && text.size() <= kMaxIdentifierBytes && all_of(text, "._-")) return {};
  return fail("bad_name", "", quoted(text) + " is no name; use 1 to 64 letters, digits, dots, - and _");
}

// What costs much more than the usual 10 to 12 would keep the one who logs in waiting for minutes.
Status check_password_hash(std::string_view text) {
  constexpr std::string_view kAlphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  constexpr size_t kPrefixBytes = 7, kHashBytes = 60;  // $2b$10$, then 22 characters of salt and 31 of hash
  if (text.empty()) return {};
  const bool fits = text.size() == kHashBytes && text.starts_with("$2") &&
                    std::string_view("aby").find(text[2]) != std::string_view::npos && text[3] == '$' &&
                    text[6] == '$' &&
                    text.find_first_not_of(kAlphabet, kPrefixBytes) == std::string_view::npos;
  if (fits && text.substr(4, 2) >= "04" && text.substr(4, 2) <= "15") return {};
  return fail(
      "bad_password_hash", "",
      "this is no bcrypt hash of cost 4 to 15; make one with htpasswd -nbB USER PASSWORD and write what "
      "follows the colon, $2y$ and 56 more characters");
}

Status check_cookie_name(std::string_view text) {
  if (text.empty() || check_identifier(text)) return {};
  return fail("bad_name", "",
              quoted(text) + " is no name for a cookie; use 1 to 64 letters, digits, dots, - and _");
}

Status check_not_empty(std::string_view text) {
  if (!text.empty()) return {};
  return fail("empty_value", "", "this must not be empty; write a value or remove the key");
}

}  // namespace relay
