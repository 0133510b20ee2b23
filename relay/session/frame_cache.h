#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/deflater.h"
#include "codec/frame.h"
#include "codec/zstd_encoder.h"
#include "event/serialize.h"
#include "hub/subscriber.h"
#include "pipeline/routed_batch.h"
#include "plugin/session_plugin.h"

namespace relay {

/// How an event travels to a stream client. The WebSocket ones make whole frames, header included.
enum class StreamFraming : uint8_t {
  plain,        ///< WebSocket text: the event
  v1,           ///< WebSocket text: seneca.v1.json's event message
  zstd,         ///< WebSocket binary: seneca.v1.zstd's event message
  sse,          ///< with the type as the SSE event's name, for addEventListener
  sse_unnamed,  ///< without a name: EventSource hands them to onmessage
  codec,        ///< WebSocket: what a plugin makes of seneca.v1.json's event message
};

struct StreamFormat {
  StreamFraming framing = StreamFraming::plain;
  EventShape shape = EventShape::cloudevents;
  SessionPlugin* codec = nullptr;  ///< with that framing; the shard's

  bool operator==(const StreamFormat&) const = default;
};

/// `event` in `format`, which is neither zstd nor a codec, ready for the wire. An event without offset has no
/// SSE id.
[[nodiscard]] std::string encode_stream_frame(const Event& event, StreamFormat format,
                                              std::string_view epoch);

/// A frame of a run, with the highest priority in it.
struct RunFrame {
  FrameRef frame;
  Priority priority = Priority::normal;
  bool volatile_ = false;  ///< all that is in it is
};

/// Encodes an event once for all the sessions of a shard that want it in the same form, and compresses it
/// once for those that agreed on that, when the first of them wants it; so it is with MessagePack. Owned by
/// the shard.
///
/// Holds the frames of the newest kSlots events that were asked for, by offset modulo kSlots, which is a
/// slice of the pipeline: all audiences of a batch find what the first had encoded. Live events and the
/// history of several clients replace each other's only when they fall into one slot.
class FrameCache {
 public:
  /// Shorter messages stay plain: compressing them costs 3 to 7 µs and saves some 20 bytes.
  static constexpr size_t kMinDeflatedBytes = 256;

  /// `positions`: Socket.IO events end with their position, for clients that may come back.
  explicit FrameCache(std::string epoch, bool positions = false);

  /// Bytes of all frames made here that are still alive, cached or waiting in outboxes.
  [[nodiscard]] size_t live_bytes() const { return live_bytes_; }

  /// What `run` is for a stream client: bundles of at most `bundle` events. The same for all who get the run;
  /// valid until the next run is asked for.
  [[nodiscard]] const std::vector<RunFrame>& stream_run(const Run& run, StreamFormat format,
                                                        FrameCoding coding, size_t bundle);
  /// The same for a Socket.IO client in `namespace_`; events of a bundle are of one priority, and volatile or
  /// not.
  [[nodiscard]] const std::vector<RunFrame>& socket_io_run(const Run& run, std::string_view namespace_,
                                                           FrameCoding coding, size_t bundle);
  /// A batch has been dispatched: gives back what only its runs held, and the cache when it has grown large.
  void batch_done();

  [[nodiscard]] FrameRef stream(const EventRef& event, StreamFormat format,
                                FrameCoding coding = FrameCoding::plain);
  /// The Socket.IO event that a route makes of it.
  [[nodiscard]] FrameRef socket_io(const RoutedBatch& batch, const RoutedEvent& event,
                                   const Delivery& delivery, FrameCoding coding = FrameCoding::plain);
  /// The Socket.IO event `event` with the seed's shape, for a subscription in `namespace_`.
  [[nodiscard]] FrameRef socket_io_subscribed(const EventRef& event, std::string_view namespace_,
                                              FrameCoding coding = FrameCoding::plain);
  /// The Socket.IO event that `event` emits, its attachments behind it. Never conflated.
  [[nodiscard]] FrameRef emission(const EventRef& event, const Emission& emission,
                                  FrameCoding coding = FrameCoding::plain);
  /// Any message of seneca.v1.zstd; not kept.
  [[nodiscard]] std::string zstd_frame(std::string_view json);
  /// Any message of a codec plugin's subprotocol; not kept. What the plugin has no message for is told as a
  /// gap of the event at `offset`; if it has none for that either, the connection ends.
  [[nodiscard]] static std::string codec_frame(SessionPlugin& codec, std::string_view json,
                                               uint64_t offset = 0);
  /// Plugins have been replaced: what they made is made anew.
  void forget_codecs();

 private:
  static constexpr size_t kSlots = 256;
  static constexpr size_t kStreamFormats = 5 * kEventShapes;  // without codecs, whose number is open
  static constexpr size_t kStreamCodings = 2;                 // streams have no msgpack
  using Codings = std::array<FrameRef, kFrameCodings>;        // one frame, by FrameCoding

  struct Slot {
    EventRef event;  // whose frames these are; kept, so that its address stays its own
    std::array<std::array<FrameRef, kStreamCodings>, kStreamFormats> streams;
    std::vector<std::pair<StreamFormat, FrameRef>> codecs;
    std::vector<Codings> deliveries;                          // by the delivery's place among the event's
    std::vector<std::pair<std::string, Codings>> subscribed;  // by namespace
    Codings emission;
  };
  struct RunFrames {
    uint64_t run = 0;
    std::string namespace_;  // of Socket.IO
    std::vector<RunFrame> frames;
  };
  Slot& slot_of(const EventRef& event);
  [[nodiscard]] RunFrames& stream_run_of(StreamFormat format, FrameCoding coding);
  [[nodiscard]] FrameRef codec_stream(const EventRef& event, StreamFormat format);
  [[nodiscard]] FrameRef count(FrameRef frame);
  static constexpr size_t index(FrameCoding coding) { return static_cast<size_t>(coding); }
  static constexpr size_t index(StreamFormat format) {
    return static_cast<size_t>(format.framing) * kEventShapes + static_cast<size_t>(format.shape);
  }
  template <class Encode>
  [[nodiscard]] FrameRef code(std::span<FrameRef> codings, FrameCoding coding, const Frame::Origin& origin,
                              Encode encode);
  [[nodiscard]] FrameRef socket_io_hit(const Run& run, const Hit& hit, std::string_view namespace_,
                                       FrameCoding coding);
  [[nodiscard]] FrameRef deflated(const FrameRef& plain);
  [[nodiscard]] FrameRef msgpack(const FrameRef& plain, const std::vector<std::string>& attachments = {});
  [[nodiscard]] std::string encode(const Event& event, StreamFormat format);

  [[nodiscard]] std::string position(const Event& event, uint32_t place) const;

  const std::string epoch_;
  const bool positions_;
  Deflater deflater_;
  ZstdEncoder zstd_;
  std::string packed_;       // the last frame's payload compressed; kept for its memory
  size_t live_bytes_ = 0;    // before the slots, whose frames count in it
  size_t cached_bytes_ = 0;  // made since the slots were last emptied
  std::array<Slot, kSlots> slots_;
  std::array<std::array<RunFrames, kStreamCodings>, kStreamFormats> stream_runs_;  // by FrameCoding
  std::vector<std::pair<StreamFormat, RunFrames>> codec_runs_;
  std::array<RunFrames, kFrameCodings> socket_io_runs_;
};

}  // namespace relay
