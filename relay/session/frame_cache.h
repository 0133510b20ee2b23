#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/frame.h"
#include "hub/subscriber.h"
#include "pipeline/routed_batch.h"

namespace relay {

/// How a stream client gets an event. The WebSocket ones are whole frames, header included.
enum class StreamFormat : uint8_t {
  cloudevents,     ///< WebSocket text: the CloudEvent
  seed,            ///< WebSocket text: the seed's shape
  v1_cloudevents,  ///< WebSocket text: seneca.v1.json's event message
  v1_seed,
  sse_cloudevents,  ///< with the type as the SSE event's name, for addEventListener
  sse_seed,
  sse_unnamed_cloudevents,  ///< without a name: EventSource hands them to onmessage
  sse_unnamed_seed,
};

/// Appends `event` in `format`, ready for the wire. An event without offset has no SSE id.
[[nodiscard]] std::string encode_stream_frame(const Event& event, StreamFormat format,
                                              std::string_view epoch);

/// A frame of a run, with the highest priority in it.
struct RunFrame {
  FrameRef frame;
  Priority priority = Priority::normal;
};

/// Encodes an event once for all the sessions of a shard that want it in the same form. Owned by the shard.
///
/// Holds the frames of the newest kSlots events that were asked for, by offset modulo kSlots, which is a
/// slice of the pipeline: all audiences of a batch find what the first had encoded. Live events and the
/// history of several clients replace each other's only when they fall into one slot.
class FrameCache {
 public:
  explicit FrameCache(std::string epoch);

  /// Bytes of all frames made here that are still alive, cached or waiting in outboxes.
  [[nodiscard]] size_t live_bytes() const { return live_bytes_; }

  /// What `run` is for a stream client: bundles of at most `bundle` events. The same for all who get the run;
  /// valid until the next run is asked for.
  [[nodiscard]] const std::vector<RunFrame>& stream_run(const Run& run, StreamFormat format, size_t bundle);
  /// The same for a Socket.IO client in `namespace_`; events of a bundle are of one priority.
  [[nodiscard]] const std::vector<RunFrame>& socket_io_run(const Run& run, std::string_view namespace_,
                                                           size_t bundle);
  /// A batch has been dispatched: gives back what only its runs held, and the cache when it has grown large.
  void batch_done();

  [[nodiscard]] FrameRef stream(const EventRef& event, StreamFormat format);
  /// The Socket.IO event that a route makes of it.
  [[nodiscard]] FrameRef socket_io(const RoutedBatch& batch, const RoutedEvent& event,
                                   const Delivery& delivery);
  /// The Socket.IO event `event` with the seed's shape, for a subscription in `namespace_`.
  [[nodiscard]] FrameRef socket_io_subscribed(const EventRef& event, std::string_view namespace_);

 private:
  static constexpr size_t kSlots = 256;
  static constexpr size_t kStreamFormats = 8;

  struct Slot {
    EventRef event;  // whose frames these are; kept, so that its address stays its own
    std::array<FrameRef, kStreamFormats> streams;
    std::vector<FrameRef> deliveries;                          // by the delivery's place among the event's
    std::vector<std::pair<std::string, FrameRef>> subscribed;  // by namespace
  };
  struct RunFrames {
    uint64_t run = 0;
    std::string namespace_;  // of Socket.IO
    std::vector<RunFrame> frames;
  };
  Slot& slot_of(const EventRef& event);
  [[nodiscard]] FrameRef count(FrameRef frame);

  const std::string epoch_;
  size_t live_bytes_ = 0;    // before the slots, whose frames count in it
  size_t cached_bytes_ = 0;  // made since the slots were last emptied
  std::array<Slot, kSlots> slots_;
  std::array<RunFrames, kStreamFormats> stream_runs_;
  RunFrames socket_io_run_;
};

}  // namespace relay
