#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/client/event_builder.h"
#include "cli/output/event_printer.h"
#include "cli/output/stream.h"
#include "net/client/client_loop.h"

namespace relay {

/// One run of `senecactl inject --dry-run`: has the relay walk each event through its plugins and prints what
/// would become of it. Lives on the command's stack.
class WalkRun {
 public:
  struct Options {
    bool stateful = false;
    bool json = false;
  };

  WalkRun(ClientLoop& loop, const GlobalOptions& global, const Options& options, EventBuilder builder);

  /// The events of `texts`, a line each; of a single one `count` times, of several at most so many.
  [[nodiscard]] ExitCode run(const std::vector<std::string>& texts, std::optional<uint64_t> count);

 private:
  [[nodiscard]] ExitCode walk(std::string_view event);
  [[nodiscard]] ExitCode print(std::string_view event, const std::string& answer);

  ClientLoop& loop_;
  const GlobalOptions& global_;
  const Options options_;
  const Notices notices_;
  EventBuilder builder_;
  EventPrinter printer_;
};

}  // namespace relay
