#include "base/units.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

namespace relay {

namespace {

template <class Factor>
struct Unit {
  std::string_view name;  // lower case
  Factor factor;
};

constexpr int64_t kKibi = 1024;
constexpr std::array<Unit<int64_t>, 9> kSizeUnits{{{"b", 1},
                                                   {"kb", 1000},
                                                   {"mb", 1000 * 1000},
                                                   {"gb", 1000LL * 1000 * 1000},
                                                   {"tb", 1000LL * 1000 * 1000 * 1000},
                                                   {"kib", kKibi},
                                                   {"mib", kKibi* kKibi},
                                                   {"gib", kKibi* kKibi* kKibi},
                                                   {"tib", kKibi* kKibi* kKibi* kKibi}}};
constexpr std::array<Unit<double>, 5> kDurationUnits{
    {{"ms", 0.001}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}}};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// Splits "64 MiB" at the first character that cannot belong to the number; one space between is allowed.
void split(std::string_view text, std::string_view& number, std::string_view& unit) {
  const size_t end = text.find_first_not_of("0123456789.");
  number = text.substr(0, end);
  unit = end == std::string_view::npos ? std::string_view() : text.substr(end);
  if (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
}

template <class Number>
bool parse_whole_text(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

template <class Units>
const typename Units::value_type* find_unit(const Units& units, std::string_view name) {
  const std::string wanted = lower(name);
  for (const auto& unit : units) {
    if (unit.name == wanted) return &unit;
  }
  return nullptr;
}

constexpr std::string_view kSizeRemedy = "write bytes as a number or as \"64KB\", \"512MiB\" or \"1GiB\"";
constexpr std::string_view kDurationRemedy =
    "write seconds as a number or as \"250ms\", \"5s\", \"10m\" or \"24h\"";

tl::unexpected<Error> complain(std::string code, std::string_view text, std::string_view what,
                               std::string_view remedy) {
  return fail(std::move(code), "",
              "\"" + std::string(text) + "\" " + std::string(what) + "; " + std::string(remedy));
}

}  // namespace

Result<int64_t> parse_size(std::string_view text) {
  std::string_view number;
  std::string_view unit_name;
  split(text, number, unit_name);
  if (number.empty() || number.find('.') != std::string_view::npos) {
    return complain("bad_size", text, "is not a size", kSizeRemedy);
  }
  const auto* unit = find_unit(kSizeUnits, unit_name.empty() ? "b" : unit_name);
  if (unit == nullptr) return complain("bad_size", text, "has an unknown unit", kSizeRemedy);
  int64_t value = 0;
  if (!parse_whole_text(number, value) || value > std::numeric_limits<int64_t>::max() / unit->factor) {
    return complain("bad_size", text, "is too large", kSizeRemedy);
  }
  return value * unit->factor;
}

Result<double> parse_duration_s(std::string_view text) {
  std::string_view number;
  std::string_view unit_name;
  split(text, number, unit_name);
  double value = 0;
  if (!parse_whole_text(number, value))
    return complain("bad_duration", text, "is not a duration", kDurationRemedy);
  const auto* unit = find_unit(kDurationUnits, unit_name.empty() ? "s" : unit_name);
  if (unit == nullptr) return complain("bad_duration", text, "has an unknown unit", kDurationRemedy);
  // Dividing keeps 250ms exactly the double 0.25; multiplying by 0.001 would not.
  const double seconds = unit->factor < 1 ? value / std::round(1 / unit->factor) : value * unit->factor;
  if (!std::isfinite(seconds)) return complain("bad_duration", text, "is too long", kDurationRemedy);
  return seconds;
}

std::string format_size(int64_t bytes) {
  for (const std::string_view name : {"TiB", "GiB", "MiB", "KiB"}) {
    const int64_t factor = find_unit(kSizeUnits, name)->factor;
    if (bytes >= factor && bytes % factor == 0) return std::to_string(bytes / factor) + std::string(name);
  }
  return std::to_string(bytes);
}

std::string format_duration(double seconds) {
  for (const std::string_view name : {"h", "m"}) {
    const double factor = find_unit(kDurationUnits, name)->factor;
    if (seconds >= factor && std::fmod(seconds, factor) == 0) {
      return format_number(seconds / factor) + std::string(name);
    }
  }
  return format_number(seconds) + "s";
}

std::string format_number(double value) {
  constexpr double kAllDigitsBelow = 1e16;  // "10000000" reads better than the shorter "1e+07"
  const bool whole = std::trunc(value) == value && std::abs(value) < kAllDigitsBelow;
  if (whole) return std::to_string(static_cast<int64_t>(value));
  std::array<char, 32> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return std::string(buffer.data(), result.ptr);
}

}  // namespace relay
