#include "cli/bench/process_usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

namespace relay {

std::optional<ProcessUsage> usage_of(uint64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  const size_t name_end = line.rfind(')');  // the name may hold anything
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  double user_ticks = 0;
  double system_ticks = 0;
  fields >> user_ticks >> system_ticks;
  for (int field = 16; field < 24; ++field) fields >> skipped;
  uint64_t pages = 0;
  fields >> pages;
  if (!fields) return std::nullopt;
  ProcessUsage usage;
  usage.cpu_s = (user_ticks + system_ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  usage.resident_bytes = pages * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  return usage;
}

double own_cpu_s() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Status make_room_for_sockets(uint64_t sockets) {
  constexpr uint64_t kReserve = 32;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const uint64_t most = limit.rlim_max - std::min<uint64_t>(limit.rlim_max, kReserve);
  if (sockets <= most) return {};
  return fail("too_many_clients", "--clients",
              std::to_string(sockets) + " connections need more descriptors than this process may have (" +
                  std::to_string(limit.rlim_max) + "); take fewer --clients or raise the limit, ulimit -Hn");
}

}  // namespace relay
