#pragma once

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "cli/bench/bench_progress.h"
#include "cli/client/past_events.h"
#include "cli/client/replay_pace.h"
#include "cli/output/stream.h"
#include "net/client/client_loop.h"

namespace relay {

struct ReplayOptions {
  std::string file;  ///< lines of JSON, "-" for standard input; "": the journal
  std::filesystem::path directory;
  PastChoice choice;
  double speed = 1;  ///< 0: no pauses
  bool step = false;
  bool loop = false;
  std::string to_room;
  bool print = false;
  bool keep = false;  ///< in the relay's journal
};

/// One run of `senecactl replay`. Lives on the command's stack; SIGINT and SIGTERM are its own meanwhile.
class ReplayRun {
 public:
  ReplayRun(ClientLoop& loop, const ReplayOptions& options, const GlobalOptions& global, const Clock& clock);
  ~ReplayRun();
  ReplayRun(const ReplayRun&) = delete;
  ReplayRun& operator=(const ReplayRun&) = delete;

  [[nodiscard]] ExitCode run();

 private:
  [[nodiscard]] Result<std::unique_ptr<PastEvents>> open();
  [[nodiscard]] Status play(PastEvents& past);
  [[nodiscard]] Status take(const EventRef& event);
  [[nodiscard]] Status wait_until(int64_t due_us);
  [[nodiscard]] Status wait_for_enter();
  [[nodiscard]] Status send();
  [[nodiscard]] Status publish();
  [[nodiscard]] EventRef marked(const Event& event) const;
  void show_progress(const PastEvents& past);

  ClientLoop& loop_;
  const ReplayOptions& options_;
  const GlobalOptions& global_;
  const Clock& clock_;
  const Notices notices_;
  BenchProgress progress_;
  ReplayPace pace_;
  sigset_t signals_{}, before_{};
  std::string batch_;  // JSON objects with commas, or lines to print
  size_t batched_ = 0;
  uint64_t replayed_ = 0, left_out_ = 0;
  bool damaged_ = false;
};

}  // namespace relay
