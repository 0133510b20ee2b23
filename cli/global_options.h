#pragma once

#include <cstdint>
#include <functional>

#include "cli/exit_codes.h"
#include "net/client/url.h"

namespace relay {

enum class OutputFormat { text, json, jsonl, logfmt };
enum class ColorMode { automatic, always, never };

/// What every verb shares, and which verb was chosen. Filled while the command line is parsed, read
/// afterwards. Lives in main (or a test) for the whole run; verbs keep references to it.
struct GlobalOptions {
  Url url{"ws", "127.0.0.1", 8000, "", false};
  OutputFormat output = OutputFormat::text;
  ColorMode color = ColorMode::automatic;
  bool quiet = false;
  bool verbose = false;
  double timeout_s = 5;
  std::function<ExitCode()> command;  ///< set by the verb that was parsed; main calls it once

  [[nodiscard]] int64_t timeout_us() const { return static_cast<int64_t>(timeout_s * 1e6); }
};

}  // namespace relay
