#include "base/clock.h"

#include <algorithm>
#include <chrono>

namespace relay {
namespace {

// Days since 1970-01-01 of a proleptic Gregorian date (Howard Hinnant, "chrono-Compatible Low-Level Date
// Algorithms").
int64_t days_from_civil(int64_t year, unsigned month, unsigned day) {
  const std::chrono::sys_days days{std::chrono::year{static_cast<int>(year)} / static_cast<int>(month) /
                                   static_cast<int>(day)};
  return days.time_since_epoch().count();
}

// 0000-01-01T00:00:00Z and 9999-12-31T23:59:59.999999Z, what RFC 3339 can write.
constexpr int64_t kFirstTime = -62167219200000000;
constexpr int64_t kLastTime = 253402300799999999;

void append_digits(std::string& out, int64_t value, size_t width) {
  char text[8];
  for (size_t i = width; i > 0; --i, value /= 10) text[i - 1] = static_cast<char>('0' + value % 10);
  out.append(text, width);
}

bool digits(std::string_view text, size_t at, size_t count, int64_t& value) {
  if (at + count > text.size()) return false;
  value = 0;
  for (size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  return true;
}

}  // namespace

int64_t SystemClock::wall_us() const {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

int64_t SystemClock::monotonic_us() const {
  using namespace std::chrono;
  return duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count();
}

std::string format_rfc3339(int64_t wall_us) {
  std::string text;
  append_rfc3339(text, wall_us);
  return text;
}

void append_rfc3339(std::string& out, int64_t wall_us) {
  using namespace std::chrono;
  const microseconds time{std::clamp(wall_us, kFirstTime, kLastTime)};
  const sys_days day = floor<days>(sys_time<microseconds>(time));
  const year_month_day date{day};
  const hh_mm_ss<microseconds> clock{sys_time<microseconds>(time) - day};
  append_digits(out, static_cast<int>(date.year()), 4);
  out += '-';
  append_digits(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_digits(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  append_digits(out, clock.hours().count(), 2);
  out += ':';
  append_digits(out, clock.minutes().count(), 2);
  out += ':';
  append_digits(out, clock.seconds().count(), 2);
  if (clock.subseconds().count() != 0) {
    out += '.';
    append_digits(out, clock.subseconds().count(), 6);
  }
  out += 'Z';
}

bool parse_time(std::string_view text, int64_t naive_offset_s, int64_t& wall_us) {
  int64_t year, month, day, hour, minute, second;
  if (!digits(text, 0, 4, year) || !digits(text, 5, 2, month) || !digits(text, 8, 2, day) ||
      !digits(text, 11, 2, hour) || !digits(text, 14, 2, minute) || !digits(text, 17, 2, second))
    return false;
  if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't' && text[10] != ' ') ||
      text[13] != ':' || text[16] != ':')
    return false;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year)},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return false;

  size_t at = 19;
  int64_t fraction = 0;
  if (at < text.size() && text[at] == '.') {
    size_t count = 0;
    int64_t scale = 100000;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++count) {
      fraction += (text[at] - '0') * scale;
      scale /= 10;
    }
    if (count == 0 || count > 9) return false;
  }

  int64_t offset_s = naive_offset_s;
  if (at < text.size()) {
    if (text[at] == 'Z' || text[at] == 'z') {
      offset_s = 0;
      ++at;
    } else if (text[at] == '+' || text[at] == '-') {
      int64_t zone_hours, zone_minutes;
      if (!digits(text, at + 1, 2, zone_hours)) return false;
      const size_t colon = at + 3 < text.size() && text[at + 3] == ':' ? 1 : 0;
      if (!digits(text, at + 3 + colon, 2, zone_minutes) || zone_hours > 23 || zone_minutes > 59)
        return false;
      offset_s = (zone_hours * 3600 + zone_minutes * 60) * (text[at] == '-' ? -1 : 1);
      at += 5 + colon;
    }
    if (at != text.size()) return false;
  }
  const int64_t days = days_from_civil(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
  wall_us = (days * 86400 + hour * 3600 + minute * 60 + second - offset_s) * 1000000 + fraction;
  return true;
}

}  // namespace relay
