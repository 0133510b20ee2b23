#include "cli/bench/event_text.h"

#include <cassert>
#include <utility>

namespace relay {
namespace {

// Added to what is written, so that the number of digits never changes. Below 2^53: JavaScript servers parse
// and print them unchanged.
constexpr uint64_t kTimeBase = 1'000'000'000'000'000;  // 16 digits, good for 92 days
constexpr size_t kTimeDigits = 16;
constexpr uint64_t kNumberBase = 100'000'000'000;  // 12 digits
constexpr size_t kNumberDigits = 12;

constexpr std::string_view kTimeKey = R"("t":)";
constexpr std::string_view kQuotedTimeKey = R"(\"t\":)";

void write_digits(char* at, size_t digits, uint64_t value) {
  for (size_t i = digits; i > 0; --i) {
    at[i - 1] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

// Exactly `digits` digits at the front of `text`, which loses them.
bool take_digits(std::string_view& text, size_t digits, uint64_t& value) {
  if (text.size() <= digits) return false;
  value = 0;
  for (size_t i = 0; i < digits; ++i) {
    const auto digit = static_cast<unsigned>(text[i] - '0');
    if (digit > 9) return false;
    value = value * 10 + digit;
  }
  text.remove_prefix(digits);
  return static_cast<unsigned>(text.front() - '0') > 9;
}

void skip_spaces(std::string_view& text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
}

// `,"n":` with spaces or backslashes in it.
bool take_number_key(std::string_view& text) {
  for (const char expected : std::string_view(",\"n\":")) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\\')) text.remove_prefix(1);
    if (text.empty() || text.front() != expected) return false;
    text.remove_prefix(1);
  }
  skip_spaces(text);
  return true;
}

// `text` begins behind the time's key.
bool read_stamp(std::string_view text, EventStamp& stamp) {
  uint64_t time = 0;
  uint64_t number = 0;
  skip_spaces(text);
  if (!take_digits(text, kTimeDigits, time) || !take_number_key(text) ||
      !take_digits(text, kNumberDigits, number))
    return false;
  if (time < kTimeBase || number < kNumberBase) return false;
  stamp.time_ns = static_cast<int64_t>(time - kTimeBase);
  stamp.number = number - kNumberBase;
  return true;
}

}  // namespace

EventText::EventText(size_t bytes) {
  assert(bytes >= kMinBytes);
  constexpr std::string_view kEnd = R"("}})";
  text_ = R"({"type":"bench.tick","data":{"t":)";
  time_at_ = text_.size();
  text_ += std::to_string(kTimeBase) + R"(,"n":)";
  number_at_ = text_.size();
  text_ += std::to_string(kNumberBase) + R"(,"pad":")";
  for (size_t i = 0; text_.size() + kEnd.size() < bytes; ++i) text_ += static_cast<char>('a' + i % 26);
  text_ += kEnd;
}

EventText::EventText(std::shared_ptr<const EventLines> lines, size_t first, size_t end)
    : lines_(std::move(lines)), first_(first), count_(end - first) {}

size_t EventText::size(uint64_t number) const {
  return lines_ == nullptr ? text_.size() : (*lines_)[first_ + number].size();
}

std::string_view EventText::stamped(uint64_t number, int64_t time_ns) {
  if (lines_ != nullptr) return (*lines_)[first_ + number];
  write_digits(&text_[time_at_], kTimeDigits, kTimeBase + static_cast<uint64_t>(time_ns));
  write_digits(&text_[number_at_], kNumberDigits, kNumberBase + number);
  return text_;
}

bool StampFinder::search(std::string_view payload, std::string_view key, EventStamp& stamp) {
  for (size_t at = payload.find(key); at != std::string_view::npos; at = payload.find(key, at + 1)) {
    if (!read_stamp(payload.substr(at + key.size()), stamp)) continue;
    last_at_ = at;
    return true;
  }
  return false;
}

bool StampFinder::find(std::string_view payload, EventStamp& stamp) {
  const bool same_place = last_at_ < payload.size() && payload.substr(last_at_).starts_with(kTimeKey);
  if (same_place && read_stamp(payload.substr(last_at_ + kTimeKey.size()), stamp)) return true;
  return search(payload, kTimeKey, stamp) || search(payload, kQuotedTimeKey, stamp);
}

}  // namespace relay
