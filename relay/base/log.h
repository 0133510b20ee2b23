#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace relay {

enum class LogLevel { debug, info, warn, error };

/// Where the library reports what an operator should know. Library code never prints: it is handed one of
/// these.
///
/// `write` is safe from any thread and never blocks: a full queue drops its oldest line and counts it.
class Logger {
 public:
  virtual ~Logger() = default;
  /// One line: `component` is the folder or plugin that speaks, `text` a sentence without a line break.
  virtual void write(LogLevel level, std::string_view component, std::string_view text) = 0;

  void debug(std::string_view component, std::string_view text) { write(LogLevel::debug, component, text); }
  void info(std::string_view component, std::string_view text) { write(LogLevel::info, component, text); }
  void warn(std::string_view component, std::string_view text) { write(LogLevel::warn, component, text); }
  void error(std::string_view component, std::string_view text) { write(LogLevel::error, component, text); }
};

/// Writes "2026-03-03T12:00:00.123Z warn  plugin  text" to stderr from a thread of its own.
[[nodiscard]] std::unique_ptr<Logger> make_stderr_logger(LogLevel minimum);

/// Drops everything. For tests and one-shot commands.
[[nodiscard]] std::unique_ptr<Logger> make_null_logger();

}  // namespace relay
