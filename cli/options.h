#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace relay {

/// Options whose values are read by our own parsers, so that every bad value is one sentence that says what
/// was expected. `names` as in CLI11 ("-n,--last").

using ValueParser = std::function<Status(const std::string& value)>;

/// Given once.
CLI::Option* add_parsed_option(CLI::App& app, const std::string& names, const std::string& value_name,
                               const std::string& help, ValueParser parse);
/// May be given more than once; `parse` sees one value after the other.
CLI::Option* add_repeated_option(CLI::App& app, const std::string& names, const std::string& value_name,
                                 const std::string& help, ValueParser parse);
/// A whole number, at least 1.
CLI::Option* add_count_option(CLI::App& app, const std::string& names, std::optional<uint64_t>& target,
                              const std::string& help);
/// "250ms", "10s", "5m"; more than 0.
CLI::Option* add_duration_option(CLI::App& app, const std::string& names, double& target_s,
                                 const std::string& help);

template <class T>
std::string join_keys(const std::map<std::string, T>& map) {
  std::string text;
  for (const auto& [key, value] : map) text += (text.empty() ? "" : ", ") + key;
  return text;
}

/// One of the names in `choices`.
template <class T>
CLI::Option* add_choice_option(CLI::App& app, const std::string& names, T& target,
                               const std::map<std::string, T>& choices, const std::string& help) {
  const auto parse = [&target, choices](const std::string& text) -> Status {
    const auto found = choices.find(text);
    if (found == choices.end()) return fail("bad_choice", text, "is none of " + join_keys(choices));
    target = found->second;
    return {};
  };
  return add_parsed_option(app, names, "NAME", help, parse);
}

}  // namespace relay
