#pragma once

#include <string>
#include <string_view>

#include "cli/global_options.h"

namespace relay {

/// Data goes to stdout a line at a time, whatever stdout is; notices go to stderr.

enum class WriteOutcome { ok, reader_gone, failed };

/// Writes all of `text` to stdout, waiting for a slow reader. `reader_gone` is `| head` having seen enough:
/// the program then ends quietly. `failed` is a full disk and the like; errno says what.
WriteOutcome write_stdout(std::string_view text);
/// The same for any other descriptor.
WriteOutcome write_all(int fd, std::string_view text);
void write_stderr(std::string_view text);

/// The exit status after a write to stdout did not work; says why on stderr unless the reader just left.
[[nodiscard]] ExitCode write_failure(WriteOutcome outcome, std::string_view program);

/// Whether stdout gets colours under `mode`: a terminal, no NO_COLOR, TERM other than dumb.
[[nodiscard]] bool use_color(ColorMode mode);
[[nodiscard]] bool stdout_is_terminal();
/// Columns of the terminal behind stdout; 0 when it is none.
[[nodiscard]] size_t terminal_columns();

/// Lines on stderr for people: "senecactl tail: …".
class Notices {
 public:
  Notices(std::string program, const GlobalOptions& global)
      : program_(std::move(program)), quiet_(global.quiet), verbose_(global.verbose) {}

  /// Shown even with --quiet.
  void error(std::string_view text) const { line(text); }
  void notice(std::string_view text) const {
    if (!quiet_) line(text);
  }
  /// Shown with --verbose only.
  void detail(std::string_view text) const {
    if (verbose_) line(text);
  }
  [[nodiscard]] const std::string& program() const { return program_; }

 private:
  void line(std::string_view text) const;

  std::string program_;
  bool quiet_;
  bool verbose_;
};

}  // namespace relay
