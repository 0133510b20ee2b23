// An event as the JSON that goes to files and to other services. C++17, header-only, no dependencies.
#ifndef SENECA_CLOUDEVENT_HPP
#define SENECA_CLOUDEVENT_HPP

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "json_text.hpp"
#include "plugin.hpp"

namespace seneca {

/// Appends "2026-03-03T12:00:00.123456Z", without the fraction when it is 0. Years 0000 to 9999.
inline void append_rfc3339(std::string& out, int64_t time_us) {
  constexpr int64_t kSecond = 1000000, kDay = 86400;
  int64_t seconds = time_us / kSecond, fraction = time_us % kSecond;
  if (fraction < 0) {
    fraction += kSecond;
    --seconds;
  }
  int64_t days = seconds / kDay, of_day = seconds % kDay;
  if (of_day < 0) {
    of_day += kDay;
    --days;
  }
  // Days since 0000-03-01, so that leap days end a year (Howard Hinnant, "chrono-compatible low-level date
  // algorithms").
  const int64_t shifted = days + 719468;
  const int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const int64_t day_of_era = shifted - era * 146097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const auto digits = [&out](int64_t value, int count) {
    std::array<char, 8> text{};
    for (int i = count - 1; i >= 0; --i, value /= 10)
      text[static_cast<size_t>(i)] = static_cast<char>('0' + value % 10);
    out.append(text.data(), static_cast<size_t>(count));
  };
  digits(year_of_era + era * 400 + (month <= 2 ? 1 : 0), 4);
  out += '-';
  digits(month, 2);
  out += '-';
  digits(day_of_year - (153 * shifted_month + 2) / 5 + 1, 2);
  out += 'T';
  digits(of_day / 3600, 2);
  out += ':';
  digits(of_day / 60 % 60, 2);
  out += ':';
  digits(of_day % 60, 2);
  if (fraction != 0) {
    out += '.';
    digits(fraction, 6);
  }
  out += 'Z';
}

/// Appends the event as structured CloudEvents 1.0 JSON on one line, `data` as it came (line breaks between
/// its tokens become blanks). `sequence` is its offset, left out in a filter.
inline void append_cloudevent(std::string& out, const Event& event) {
  const auto text = [&out](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    out.append(",\"").append(name).append("\":");
    append_json_string(out, value);
  };
  out += R"({"specversion":"1.0")";
  text("id", event.id());
  text("source", event.source());
  text("type", event.type());
  text("subject", event.subject());
  out += R"(,"time":")";
  append_rfc3339(out, event.time_us());
  out += '"';
  if (event.offset() != 0) out += ",\"sequence\":\"" + std::to_string(event.offset()) + '"';
  static constexpr const char* kPriorities[] = {"", "critical", "high", "normal", "low"};
  text("priority", kPriorities[static_cast<size_t>(event.priority())]);
  text("severitytext", event.severity());
  text("correlationid", event.correlation_id());
  text("traceparent", event.traceparent());
  text("origin", event.origin());
  text("room", event.room());
  if (!event.extensions().empty()) out.append(",").append(event.extensions());
  if (!event.data().empty()) {
    if (event.extensions().find("\"datacontenttype\":") == std::string_view::npos)
      out += R"(,"datacontenttype":"application/json")";
    out += R"(,"data":)";
    const size_t begin = out.size();
    out += event.data();
    // A line break inside of a string is escaped: the others are blanks.
    for (size_t i = begin; i < out.size(); ++i)
      if (out[i] == '\n' || out[i] == '\r') out[i] = ' ';
  }
  out += '}';
}

}  // namespace seneca

#endif
