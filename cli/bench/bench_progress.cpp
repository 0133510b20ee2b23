#include "cli/bench/bench_progress.h"

#include <unistd.h>

#include "cli/bench/load_clock.h"
#include "cli/output/stream.h"

namespace relay {

BenchProgress::BenchProgress(bool wanted) : wanted_(wanted && ::isatty(STDERR_FILENO) == 1) {}

void BenchProgress::show(int64_t now_ns, const std::string& text) {
  next_ns_ = now_ns + kNsPerSecond / 5;
  shown_ = true;
  write_stderr("\r\x1b[K" + text);
}

void BenchProgress::clear() {
  if (shown_) write_stderr("\r\x1b[K");
  shown_ = false;
}

}  // namespace relay
