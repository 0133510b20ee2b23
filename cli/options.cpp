#include "cli/options.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <utility>
#include <vector>

#include "base/units.h"

namespace relay {
namespace {

Status parse_count(const std::string& text, std::optional<uint64_t>& target) {
  uint64_t value = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc{} || end != last || value == 0)
    return fail("bad_count", text, "is not a whole number of at least 1");
  target = value;
  return {};
}

Status parse_duration(const std::string& text, double& target_s) {
  const Result<double> seconds = parse_duration_s(text);
  if (!seconds || *seconds <= 0)
    return fail("bad_duration", text, "is not a duration such as 250ms, 10s or 5m");
  target_s = *seconds;
  return {};
}

std::function<void(const std::string&)> checked(const std::string& names, ValueParser parse) {
  const std::string flag = names.substr(names.find("--"));
  return [flag, parse = std::move(parse)](const std::string& value) {
    const Status status = parse(value);
    if (!status)
      throw CLI::ValidationError(flag + " " + status.error().subject + " " + status.error().message);
  };
}

}  // namespace

CLI::Option* add_parsed_option(CLI::App& app, const std::string& names, const std::string& value_name,
                               const std::string& help, ValueParser parse) {
  const auto read = checked(names, std::move(parse));
  return app.add_option_function<std::string>(names, read, help)->type_name(value_name);
}

CLI::Option* add_repeated_option(CLI::App& app, const std::string& names, const std::string& value_name,
                                 const std::string& help, ValueParser parse) {
  const auto read_each = [read = checked(names, std::move(parse))](const std::vector<std::string>& values) {
    for (const std::string& value : values) read(value);
  };
  return app.add_option_function<std::vector<std::string>>(names, read_each, help)
      ->type_name(value_name)
      ->allow_extra_args(false);
}

CLI::Option* add_count_option(CLI::App& app, const std::string& names, std::optional<uint64_t>& target,
                              const std::string& help) {
  const auto parse = [&target](const std::string& text) { return parse_count(text, target); };
  return add_parsed_option(app, names, "N", help, parse);
}

CLI::Option* add_duration_option(CLI::App& app, const std::string& names, double& target_s,
                                 const std::string& help) {
  const auto parse = [&target_s](const std::string& text) { return parse_duration(text, target_s); };
  return add_parsed_option(app, names, "DURATION", help, parse);
}

}  // namespace relay
