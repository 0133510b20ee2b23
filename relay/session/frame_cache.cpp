#include "session/frame_cache.h"

#include <algorithm>

#include "codec/socket_io.h"
#include "codec/sse.h"
#include "codec/websocket_frame.h"
#include "event/serialize.h"

namespace relay {
namespace {

bool is_seed(StreamFormat format) {
  return format == StreamFormat::seed || format == StreamFormat::v1_seed ||
         format == StreamFormat::zstd_seed || format == StreamFormat::sse_seed ||
         format == StreamFormat::sse_unnamed_seed;
}

bool is_zstd(StreamFormat format) {
  return format == StreamFormat::zstd_cloudevents || format == StreamFormat::zstd_seed;
}

std::string seed_json(const Event& event) {
  std::string json;
  append_seed_json(json, event);
  return json;
}

std::string event_json(const Event& event, StreamFormat format, std::string_view epoch) {
  if (is_seed(format)) return seed_json(event);
  std::string json;
  append_cloudevent_json(json, event, epoch);
  return json;
}

std::string v1_message(std::string_view json) {
  return R"({"op":"event","event":)" + std::string(json) + "}";
}

std::string socket_io_frame(std::string_view namespace_, std::string_view name, std::string_view payload) {
  std::string text;
  text.reserve(payload.size() + namespace_.size() + name.size() + 16);
  append_socket_io_event(text, namespace_, name, payload);
  return text_frame(text);
}

}  // namespace

std::string encode_stream_frame(const Event& event, StreamFormat format, std::string_view epoch) {
  const std::string json = event_json(event, format, epoch);
  switch (format) {
    case StreamFormat::cloudevents:
    case StreamFormat::seed:
      return text_frame(json);
    case StreamFormat::v1_cloudevents:
    case StreamFormat::v1_seed:
      return text_frame(v1_message(json));
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

FrameRef FrameCache::stream(const EventRef& event, StreamFormat format, FrameCoding coding) {
  Codings& codings = slot_of(event).streams[static_cast<size_t>(format)];
  FrameRef& frame = codings[index(coding)];
  if (!frame) frame = code(codings, coding, event->offset(), [&] { return encode(*event, format); });
  return frame;
}

FrameRef FrameCache::socket_io(const RoutedBatch& batch, const RoutedEvent& event, const Delivery& delivery,
                               FrameCoding coding) {
  std::vector<Codings>& deliveries = slot_of(event.event).deliveries;
  const auto place = static_cast<size_t>(&delivery - batch.deliveries.data()) - event.first_delivery;
  if (deliveries.size() < event.deliveries) deliveries.resize(event.deliveries);
  FrameRef& frame = deliveries[place][index(coding)];
  if (frame) return frame;
  frame = code(deliveries[place], coding, event.event->offset(), [&] {
    const Route& route = *delivery.route;
    if (delivery.view >= 0)
      return socket_io_frame(route.namespace_, route.event, batch.views[static_cast<size_t>(delivery.view)]);
    return socket_io_frame(route.namespace_, route.event, seed_json(*event.event));
  });
  return frame;
}

FrameRef FrameCache::socket_io_subscribed(const EventRef& event, std::string_view namespace_,
                                          FrameCoding coding) {
  auto& subscribed = slot_of(event).subscribed;
  auto found = std::find_if(subscribed.begin(), subscribed.end(),
                            [namespace_](const auto& each) { return each.first == namespace_; });
  if (found == subscribed.end()) found = subscribed.emplace(found, namespace_, Codings());
  FrameRef& frame = found->second[index(coding)];
  if (!frame)
    frame = code(found->second, coding, event->offset(),
                 [&] { return socket_io_frame(namespace_, "event", seed_json(*event)); });
  return frame;
}

std::string FrameCache::zstd_frame(std::string_view json) { return binary_frame(zstd_.encode(json)); }

template <class Encode>
FrameRef FrameCache::code(Codings& codings, FrameCoding coding, uint64_t offset, Encode encode) {
  FrameRef& plain = codings[index(FrameCoding::plain)];
  if (!plain) plain = Frame::make(encode(), offset);
  return coding == FrameCoding::deflated ? deflated(plain) : plain;
}

FrameRef FrameCache::deflated(const FrameRef& plain) {
  const std::string_view payload = payload_of_frame(plain->bytes());
  if (payload.size() < kMinDeflatedBytes || !deflater_.shorten(payload, packed_)) return plain;
  return Frame::make(deflated_text_frame(packed_), plain->offset());
}

std::string FrameCache::encode(const Event& event, StreamFormat format) {
  if (is_zstd(format)) return zstd_frame(v1_message(event_json(event, format, epoch_)));
  return encode_stream_frame(event, format, epoch_);
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
