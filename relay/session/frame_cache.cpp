#include "session/frame_cache.h"

#include <algorithm>
#include <functional>

#include "codec/plain_json.h"
#include "codec/socket_io.h"
#include "codec/socket_io_msgpack.h"
#include "codec/sse.h"
#include "codec/websocket_frame.h"
#include "session/frame_bundler.h"
#include "session/position.h"

namespace relay {
namespace {

constexpr size_t kMaxCachedBytes = 4 << 20;

// Of events with one type and subject, going out by the same route, only the newest matters to a client that
// is behind.
Frame::Origin origin_of(const Event& event, std::string_view route = "") {
  const std::hash<std::string_view> hash;
  size_t key = hash(event.type());
  for (const std::string_view part : {event.subject(), route}) key = key * 31 + hash(part);
  return {event.offset(), std::max<uint64_t>(key, 1)};
}

std::string seed_json(const Event& event) {
  std::string json;
  append_seed_json(json, event);
  return json;
}

std::string event_json(const Event& event, EventShape shape, std::string_view epoch) {
  std::string json;
  append_event_json(json, event, shape, epoch);
  return json;
}

std::string v1_message(std::string_view json) {
  return R"({"op":"event","event":)" + std::string(json) + "}";
}

std::string socket_io_frame(std::string_view namespace_, std::string_view name, std::string_view payload,
                            std::string_view position) {
  std::string text;
  text.reserve(payload.size() + namespace_.size() + name.size() + position.size() + 16);
  append_socket_io_event(text, namespace_, name, payload, 0, position);
  return text_frame(text);
}

std::string emission_frames(const Emission& emission, std::string_view position) {
  std::string text;
  append_socket_io_event(text, emission.namespace_, emission.event, emission.args,
                         emission.attachments.size(), position);
  std::string frames = text_frame(text);
  for (const std::string& attachment : emission.attachments) frames += binary_frame(attachment);
  return frames;
}

}  // namespace

std::string encode_stream_frame(const Event& event, StreamFormat format, std::string_view epoch) {
  const std::string json = event_json(event, format.shape, epoch);
  if (format.framing == StreamFraming::plain) return text_frame(json);
  if (format.framing == StreamFraming::v1) return text_frame(v1_message(json));
  std::string id;
  if (event.offset() != 0) id = std::string(epoch) + ":" + std::to_string(event.offset());
  std::string text;
  append_sse_event(text, id, format.framing == StreamFraming::sse ? event.type() : "", json);
  return text;
}

FrameCache::FrameCache(std::string epoch, bool positions) : epoch_(std::move(epoch)), positions_(positions) {}

const std::vector<RunFrame>& FrameCache::stream_run(const Run& run, StreamFormat format, FrameCoding coding,
                                                    size_t bundle) {
  RunFrames& made = stream_run_of(format, coding);
  if (std::exchange(made.run, run.id) == run.id) return made.frames;
  FrameBundler bundler(bundle, live_bytes_, made.frames);
  const Event* last = nullptr;
  for (const Hit& hit : run.hits) {
    // A room and a selection may both bring an event; a stream wants it once.
    const EventRef& event = hit.event->event;
    if (std::exchange(last, event.get()) == event.get()) continue;
    bundler.add(stream(event, format, coding), event->priority());
  }
  bundler.finish();
  return made.frames;
}

FrameCache::RunFrames& FrameCache::stream_run_of(StreamFormat format, FrameCoding coding) {
  if (format.codec == nullptr) return stream_runs_[index(format)][index(coding)];
  const auto known = std::find_if(codec_runs_.begin(), codec_runs_.end(),
                                  [&format](const auto& each) { return each.first == format; });
  return known != codec_runs_.end() ? known->second : codec_runs_.emplace_back(format, RunFrames()).second;
}

const std::vector<RunFrame>& FrameCache::socket_io_run(const Run& run, std::string_view namespace_,
                                                       FrameCoding coding, size_t bundle) {
  RunFrames& made = socket_io_runs_[index(coding)];
  if (made.run == run.id && made.namespace_ == namespace_) return made.frames;
  made.run = run.id;
  made.namespace_ = namespace_;
  FrameBundler bundler(bundle, live_bytes_, made.frames);
  for (const Hit& hit : run.hits) {
    if (hit.delivery != nullptr && run.batch.views_left_out) continue;
    const bool is_volatile = hit.emission != nullptr && hit.emission->volatile_;
    bundler.begin(hit.event->event->priority(), is_volatile);
    bundler.add(socket_io_hit(run, hit, namespace_, coding), hit.event->event->priority());
  }
  bundler.finish();
  return made.frames;
}

FrameRef FrameCache::socket_io_hit(const Run& run, const Hit& hit, std::string_view namespace_,
                                   FrameCoding coding) {
  if (hit.emission != nullptr) return emission(hit.event->event, *hit.emission, coding);
  if (hit.delivery != nullptr) return socket_io(run.batch, *hit.event, *hit.delivery, coding);
  return socket_io_subscribed(hit.event->event, namespace_, coding);
}

void FrameCache::batch_done() {
  for (auto& by_coding : stream_runs_)
    for (RunFrames& run : by_coding) run.frames.clear();
  for (auto& [format, run] : codec_runs_) run.frames.clear();
  for (RunFrames& run : socket_io_runs_) run.frames.clear();
  if (cached_bytes_ <= kMaxCachedBytes) return;
  for (Slot& slot : slots_) slot = Slot();
  cached_bytes_ = 0;
}

FrameRef FrameCache::count(FrameRef frame) {
  cached_bytes_ += frame->bytes().size();
  return frame;
}

FrameRef FrameCache::stream(const EventRef& event, StreamFormat format, FrameCoding coding) {
  if (format.codec != nullptr) return codec_stream(event, format);
  const std::span<FrameRef> codings = slot_of(event).streams[index(format)];
  FrameRef& frame = codings[index(coding)];
  if (!frame) frame = code(codings, coding, origin_of(*event), [&] { return encode(*event, format); });
  return frame;
}

FrameRef FrameCache::codec_stream(const EventRef& event, StreamFormat format) {
  auto& frames = slot_of(event).codecs;
  for (const auto& [known, frame] : frames)
    if (known == format) return frame;
  const std::string json = v1_message(event_json(*event, format.shape, epoch_));
  const FrameRef frame =
      count(Frame::make(codec_frame(*format.codec, json, event->offset()), origin_of(*event), &live_bytes_));
  frames.emplace_back(format, frame);
  return frame;
}

FrameRef FrameCache::socket_io(const RoutedBatch& batch, const RoutedEvent& event, const Delivery& delivery,
                               FrameCoding coding) {
  std::vector<Codings>& deliveries = slot_of(event.event).deliveries;
  const auto place = static_cast<size_t>(&delivery - batch.deliveries.data()) - event.first_delivery;
  if (deliveries.size() < event.deliveries) deliveries.resize(event.deliveries);
  FrameRef& frame = deliveries[place][index(coding)];
  if (frame) return frame;
  frame = code(deliveries[place], coding, origin_of(*event.event, delivery.route->event), [&] {
    const Route& route = *delivery.route;
    const std::string at = position(*event.event, static_cast<uint32_t>(place));
    if (delivery.view >= 0)
      return socket_io_frame(route.namespace_, route.event, batch.views[static_cast<size_t>(delivery.view)],
                             at);
    return socket_io_frame(route.namespace_, route.event, seed_json(*event.event), at);
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
    frame = code(found->second, coding, origin_of(*event), [&] {
      return socket_io_frame(namespace_, "event", seed_json(*event), position(*event, Position::kLast));
    });
  return frame;
}

FrameRef FrameCache::emission(const EventRef& event, const Emission& emission, FrameCoding coding) {
  Codings& codings = slot_of(event).emission;
  FrameRef& plain = codings[index(FrameCoding::plain)];
  if (!plain)
    plain =
        count(Frame::make(emission_frames(emission, position(*event, 0)), {event->offset()}, &live_bytes_));
  FrameRef& frame = codings[index(coding)];
  if (frame) return frame;
  // Several frames in a row are not compressed.
  if (coding == FrameCoding::deflated) frame = emission.attachments.empty() ? deflated(plain) : plain;
  if (coding == FrameCoding::msgpack) frame = msgpack(plain, emission.attachments);
  return frame;
}

std::string FrameCache::position(const Event& event, uint32_t place) const {
  return positions_ ? format_position(epoch_, {event.offset(), place}) : std::string();
}

std::string FrameCache::zstd_frame(std::string_view json) { return binary_frame(zstd_.encode(json)); }

std::string FrameCache::codec_frame(SessionPlugin& codec, std::string_view json, uint64_t offset) {
  std::optional<std::string> message = codec.encode(json);
  if (!message && offset != 0)
    message = codec.encode(encode_plain_gap({1, offset, offset, gap_reason::kCodec}));
  if (!message)
    return close_frame(websocket_close::kInternalError, "no message of this subprotocol says that");
  return codec.encodes_binary() ? binary_frame(*message) : text_frame(*message);
}

void FrameCache::forget_codecs() {
  codec_runs_.clear();
  for (Slot& slot : slots_) slot.codecs.clear();
}

template <class Encode>
FrameRef FrameCache::code(std::span<FrameRef> codings, FrameCoding coding, const Frame::Origin& origin,
                          Encode encode) {
  FrameRef& plain = codings[index(FrameCoding::plain)];
  if (!plain) plain = count(Frame::make(encode(), origin, &live_bytes_));
  if (coding == FrameCoding::msgpack) return msgpack(plain);
  return coding == FrameCoding::deflated ? deflated(plain) : plain;
}

FrameRef FrameCache::msgpack(const FrameRef& plain, const std::vector<std::string>& attachments) {
  const std::string_view packet = payload_of_frame(plain->bytes()).substr(1);  // Engine.IO's 4 is for text
  return count(Frame::make(binary_frame(encode_socket_io_msgpack(packet, attachments)),
                           {plain->offset(), plain->conflation_key()}, &live_bytes_));
}

FrameRef FrameCache::deflated(const FrameRef& plain) {
  const std::string_view payload = payload_of_frame(plain->bytes());
  if (payload.size() < kMinDeflatedBytes || !deflater_.shorten(payload, packed_)) return plain;
  return count(
      Frame::make(deflated_text_frame(packed_), {plain->offset(), plain->conflation_key()}, &live_bytes_));
}

std::string FrameCache::encode(const Event& event, StreamFormat format) {
  if (format.framing == StreamFraming::zstd)
    return zstd_frame(v1_message(event_json(event, format.shape, epoch_)));
  return encode_stream_frame(event, format, epoch_);
}

FrameCache::Slot& FrameCache::slot_of(const EventRef& event) {
  Slot& slot = slots_[event->offset() % kSlots];
  if (slot.event == event) return slot;
  slot.event = event;
  slot.streams = {};
  slot.codecs.clear();
  slot.deliveries.clear();
  slot.subscribed.clear();
  slot.emission = {};
  return slot;
}

}  // namespace relay
