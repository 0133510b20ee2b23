#include "session/frame_cache.h"

#include <algorithm>
#include <functional>

#include "codec/socket_io.h"
#include "codec/sse.h"
#include "codec/websocket_frame.h"
#include "event/serialize.h"
#include "session/frame_bundler.h"

namespace relay {
namespace {

constexpr size_t kMaxCachedBytes = 4 << 20;

bool is_seed(StreamFormat format) {
  return format == StreamFormat::seed || format == StreamFormat::v1_seed ||
         format == StreamFormat::sse_seed || format == StreamFormat::sse_unnamed_seed;
}

// Of events with one type and subject, going out by the same route, only the newest matters to a client that
// is behind.
Frame::Origin origin_of(const Event& event, std::string_view route = "") {
  const std::hash<std::string_view> hash;
  size_t key = hash(event.type());
  for (const std::string_view part : {event.subject(), route}) key = key * 31 + hash(part);
  return {event.offset(), std::max<uint64_t>(key, 1)};
}

FrameRef socket_io_frame(const Event& event, std::string_view namespace_, std::string_view name,
                         std::string_view payload, size_t& meter) {
  std::string text;
  text.reserve(payload.size() + namespace_.size() + name.size() + 16);
  append_socket_io_event(text, namespace_, name, payload);
  return Frame::make(text_frame(text), origin_of(event, name), &meter);
}

std::string seed_json(const Event& event) {
  std::string json;
  append_seed_json(json, event);
  return json;
}

}  // namespace

std::string encode_stream_frame(const Event& event, StreamFormat format, std::string_view epoch) {
  std::string json;
  if (is_seed(format))
    append_seed_json(json, event);
  else
    append_cloudevent_json(json, event, epoch);
  switch (format) {
    case StreamFormat::cloudevents:
    case StreamFormat::seed:
      return text_frame(json);
    case StreamFormat::v1_cloudevents:
    case StreamFormat::v1_seed:
      return text_frame(R"({"op":"event","event":)" + json + "}");
    default:
      break;
  }
  std::string id;
  if (event.offset() != 0) id = std::string(epoch) + ":" + std::to_string(event.offset());
  std::string text;
  const bool named = format == StreamFormat::sse_cloudevents || format == StreamFormat::sse_seed;
  append_sse_event(text, id, named ? event.type() : "", json);
  return text;
}

FrameCache::FrameCache(std::string epoch) : epoch_(std::move(epoch)) {}

const std::vector<RunFrame>& FrameCache::stream_run(const Run& run, StreamFormat format, size_t bundle) {
  RunFrames& made = stream_runs_[static_cast<size_t>(format)];
  if (std::exchange(made.run, run.id) == run.id) return made.frames;
  FrameBundler bundler(bundle, live_bytes_, made.frames);
  const Event* last = nullptr;
  for (const Hit& hit : run.hits) {
    // A room and a selection may both bring an event; a stream wants it once.
    const EventRef& event = hit.event->event;
    if (std::exchange(last, event.get()) == event.get()) continue;
    bundler.add(stream(event, format), event->priority());
  }
  bundler.finish();
  return made.frames;
}

const std::vector<RunFrame>& FrameCache::socket_io_run(const Run& run, std::string_view namespace_,
                                                       size_t bundle) {
  RunFrames& made = socket_io_run_;
  if (made.run == run.id && made.namespace_ == namespace_) return made.frames;
  made.run = run.id;
  made.namespace_ = namespace_;
  FrameBundler bundler(bundle, live_bytes_, made.frames);
  Priority lane = Priority::normal;
  for (const Hit& hit : run.hits) {
    const Priority priority = hit.event->event->priority();
    if (std::exchange(lane, priority) != priority) bundler.finish();
    bundler.add(hit.delivery != nullptr ? socket_io(run.batch, *hit.event, *hit.delivery)
                                        : socket_io_subscribed(hit.event->event, namespace_),
                priority);
  }
  bundler.finish();
  return made.frames;
}

void FrameCache::batch_done() {
  for (RunFrames& run : stream_runs_) run.frames.clear();
  socket_io_run_.frames.clear();
  if (cached_bytes_ <= kMaxCachedBytes) return;
  for (Slot& slot : slots_) slot = Slot();
  cached_bytes_ = 0;
}

FrameRef FrameCache::count(FrameRef frame) {
  cached_bytes_ += frame->bytes().size();
  return frame;
}

FrameRef FrameCache::stream(const EventRef& event, StreamFormat format) {
  FrameRef& frame = slot_of(event).streams[static_cast<size_t>(format)];
  if (!frame)
    frame = count(Frame::make(encode_stream_frame(*event, format, epoch_), origin_of(*event), &live_bytes_));
  return frame;
}

FrameRef FrameCache::socket_io(const RoutedBatch& batch, const RoutedEvent& event, const Delivery& delivery) {
  std::vector<FrameRef>& frames = slot_of(event.event).deliveries;
  const auto index = static_cast<size_t>(&delivery - batch.deliveries.data()) - event.first_delivery;
  if (frames.size() < event.deliveries) frames.resize(event.deliveries);
  if (!frames[index]) {
    const Route& route = *delivery.route;
    if (delivery.view >= 0)
      frames[index] = count(socket_io_frame(*event.event, route.namespace_, route.event,
                                            batch.views[static_cast<size_t>(delivery.view)], live_bytes_));
    else
      frames[index] =
          socket_io_frame(*event.event, route.namespace_, route.event, seed_json(*event.event), live_bytes_);
  }
  return frames[index];
}

FrameRef FrameCache::socket_io_subscribed(const EventRef& event, std::string_view namespace_) {
  auto& frames = slot_of(event).subscribed;
  const auto found = std::find_if(frames.begin(), frames.end(),
                                  [namespace_](const auto& each) { return each.first == namespace_; });
  if (found != frames.end()) return found->second;
  FrameRef frame = count(socket_io_frame(*event, namespace_, "event", seed_json(*event), live_bytes_));
  frames.emplace_back(namespace_, frame);
  return frame;
}

FrameCache::Slot& FrameCache::slot_of(const EventRef& event) {
  Slot& slot = slots_[event->offset() % kSlots];
  if (slot.event == event) return slot;
  slot.event = event;
  slot.streams = {};
  slot.deliveries.clear();
  slot.subscribed.clear();
  return slot;
}

}  // namespace relay
