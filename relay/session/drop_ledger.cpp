#include "session/drop_ledger.h"

namespace relay {

std::string_view to_string(DropReason reason) {
  switch (reason) {
    case DropReason::volatile_:
      return "volatile";
    case DropReason::conflated:
      return "conflated";
    case DropReason::queue_full:
      return "queue_full";
    case DropReason::memory_limit:
      return "memory_limit";
  }
  return "";
}

uint64_t DropLedger::note(uint64_t run, std::string_view client, uint64_t offset, DropReason reason) {
  if (run != 0 && count_ - run < kMaxRuns) {
    Run& last = runs_[(run - 1) % kMaxRuns];
    if (last.reason == reason && (offset == last.to || offset == last.to + 1)) {
      last.to = offset;
      last.wall_us = clock_.wall_us();
      return run;
    }
  }
  Run fresh{std::string(client), offset, offset, reason, clock_.wall_us()};
  if (runs_.size() < kMaxRuns)
    runs_.push_back(std::move(fresh));
  else
    runs_[count_ % kMaxRuns] = std::move(fresh);
  return ++count_;
}

std::optional<DropLedger::Run> DropLedger::find(std::string_view client, uint64_t offset) const {
  for (const Run& run : runs_)
    if (run.from <= offset && offset <= run.to && run.client == client) return run;
  return std::nullopt;
}

}  // namespace relay
