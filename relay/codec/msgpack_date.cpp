#include "codec/msgpack_date.h"

#include <chrono>
#include <cstddef>

namespace relay {
namespace {

constexpr int64_t kLastMs = 8'640'000'000'000'000;  // of ECMAScript's dates, before 1970 as well
constexpr int64_t kErasDays = 146'097;              // of 400 years, after which the calendar repeats itself
constexpr int64_t kDayMs = 86'400'000;

void append_digits(std::string& out, int64_t value, size_t width) {
  const size_t begin = out.size();
  out.append(width, '0');
  for (size_t i = width; i > 0 && value > 0; --i, value /= 10)
    out[begin + i - 1] = static_cast<char>('0' + value % 10);
}

void append_year(std::string& out, int64_t year) {
  if (year >= 0 && year <= 9999) return append_digits(out, year, 4);
  out += year < 0 ? '-' : '+';
  append_digits(out, year < 0 ? -year : year, 6);
}

int64_t floor_divide(int64_t number, int64_t by) { return number / by - (number % by < 0 ? 1 : 0); }

uint64_t big_endian(std::string_view bytes) {
  uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

}  // namespace

void append_json_date(std::string& json, int64_t ms) {
  if (ms < -kLastMs || ms > kLastMs) {
    json += "null";
    return;
  }
  const int64_t day = floor_divide(ms, kDayMs);
  const int64_t of_day = ms - day * kDayMs;
  // std::chrono's years end at 32767.
  const int64_t era = floor_divide(day, kErasDays);
  const std::chrono::year_month_day date{
      std::chrono::sys_days(std::chrono::days(static_cast<int>(day - era * kErasDays)))};
  json += '"';
  append_year(json, static_cast<int>(date.year()) + era * 400);
  json += '-';
  append_digits(json, static_cast<unsigned>(date.month()), 2);
  json += '-';
  append_digits(json, static_cast<unsigned>(date.day()), 2);
  json += 'T';
  append_digits(json, of_day / 3'600'000, 2);
  json += ':';
  append_digits(json, of_day / 60'000 % 60, 2);
  json += ':';
  append_digits(json, of_day / 1000 % 60, 2);
  json += '.';
  append_digits(json, of_day % 1000, 3);
  json += "Z\"";
}

bool append_json_timestamp(std::string& json, std::string_view bytes) {
  uint64_t nanoseconds = 0;
  int64_t seconds = 0;
  if (bytes.size() == 4) {
    seconds = static_cast<int64_t>(big_endian(bytes));
  } else if (bytes.size() == 8) {
    const uint64_t both = big_endian(bytes);
    nanoseconds = both >> 34;
    seconds = static_cast<int64_t>(both & ((uint64_t{1} << 34) - 1));
  } else if (bytes.size() == 12) {
    nanoseconds = big_endian(bytes.substr(0, 4));
    seconds = static_cast<int64_t>(big_endian(bytes.substr(4)));
  } else {
    return false;
  }
  if (nanoseconds > 999'999'999) return false;
  if (seconds < -kLastMs / 1000 - 1 || seconds > kLastMs / 1000)
    json += "null";
  else
    append_json_date(json, seconds * 1000 + static_cast<int64_t>(nanoseconds / 1'000'000));
  return true;
}

}  // namespace relay
