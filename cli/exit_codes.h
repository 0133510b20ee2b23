#pragma once

namespace relay {

/// What senecactl's exit status means; stable, scripts rely on it (senecactl.1).
enum class ExitCode : int {
  ok = 0,
  check_failed = 1,
  check_critical = 2,
  wait_timed_out = 27,
  usage = 64,
  bad_data = 65,
  unreachable = 69,
  cannot_write = 73,
  denied = 77,
  bad_config = 78,
  interrupted = 130,
};

}  // namespace relay
