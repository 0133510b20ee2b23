#pragma once

#include <cstddef>
#include <cstdint>

#include "plugin/event_fields.h"

// What the relay and the process of a plugin say to each other: a short message on a socket for each call and
// each answer, and what belongs to it in memory that both have mapped, one half for each direction.

namespace relay {

/// What the relay asks for. `bytes` of a call, and of its answer, are in the shared memory.
enum class CallKind : uint32_t {
  load,     ///< open the file; with a configuration also make the instance. Answer: PluginFacts, or an Error
  process,  ///< events → what became of them
  tick,     ///< → what the timer emitted
  render,   ///< event, UI event → 1 and the payload, or 0: declined
  save,     ///< → the plugin's state
  load_state,
  metrics,  ///< → what the instance counts itself
  end,      ///< destroys the instance; no answer but the end of the process
};

struct Call {
  CallKind kind;
  uint32_t sequence;  ///< 1, 2, 3 …
  uint64_t bytes;
  int64_t now_us;  ///< wall-clock time of the relay
};

struct Answer {
  uint32_t sequence;  ///< of the call
  int32_t code;       ///< SENECA_OK or SENECA_E_*, whose text then is the content
  uint64_t bytes;
};

/// What the process says in between, on a socket of its own: the content follows in the same message.
enum class NewsKind : uint32_t {
  log,      ///< level, text
  publish,  ///< an event
};

// The descriptors that a process of a plugin begins with, behind the usual three.
constexpr int kCallFd = 3;
constexpr int kMemoryFd = 4;
constexpr int kNewsFd = 5;
constexpr int kPluginFd = 6;
constexpr int kFirstUnusedFd = 7;

/// The exit code of a process that used up its memory.
constexpr int kExitOutOfMemory = 86;

/// Events in one call. More are more calls: few enough that one of them is done before its deadline.
constexpr uint32_t kEventsPerCall = 64;

/// Each half of the shared memory: the most that a batch may grow to (EventBatch::Limits), and two events.
[[nodiscard]] constexpr size_t half_bytes(const FieldLimits& limits) {
  return (size_t{17} << 20) + 2 * (limits.data_bytes + 16 * limits.text_bytes);
}

}  // namespace relay
