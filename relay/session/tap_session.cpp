#include "session/tap_session.h"

#include <seneca/json.hpp>
#include <utility>

#include "codec/sse.h"
#include "codec/websocket_frame.h"

namespace relay {
namespace {

// There are few taps, and people look at them: this is often enough, and the pipeline needs to wake nobody.
constexpr int64_t kLookUs = 20'000;
constexpr int64_t kCountUs = 1'000'000;
constexpr size_t kChunkBytes = 64 * 1024;

void append_gap(std::string& text, uint64_t skipped) {
  if (skipped == 0) return;
  append_sse_event(text, "", "gap", "{\"skipped\":" + std::to_string(skipped) + R"(,"reason":"tap_full"})");
}

}  // namespace

TapSession::TapSession(std::string id, ShardServices& services, Transport& transport,
                       std::shared_ptr<Tap> tap)
    : Session(std::move(id), services, transport), tap_(std::move(tap)) {}

Status TapSession::start(const SessionRequest& request) {
  note_start(request);
  wrote_us_ = services_.clock.monotonic_us();
  on_look(wrote_us_);
  return {};
}

void TapSession::on_look(int64_t) {
  services_.timers.arm(look_, services_.clock.monotonic_us() + kLookUs);
  pump();
}

// One frame at a time: an empty outbox takes one of any size.
void TapSession::pump() {
  if (closing() || !outbox_.empty()) return;
  const int64_t now_us = services_.clock.monotonic_us();
  const Tap::Taken taken = tap_->take(kChunkBytes);
  std::string text;
  const bool count_due = !taken.records.empty() || now_us - counted_us_ >= kCountUs;
  if (count_due && taken.untouched != untouched_) append_count(text, taken.untouched, now_us);
  for (const Tap::Record& record : taken.records) {
    append_gap(text, record.left_out);
    append_sse_event(text, "", "", record.text);
  }
  append_gap(text, taken.left_out);
  if (!taken.ended.empty()) {
    std::string reason = "{\"reason\":";
    seneca::append_json_string(reason, taken.ended);
    append_sse_event(text, "", "end", reason + '}');
  }
  const auto heartbeat_us = static_cast<int64_t>(services_.config->performance.heartbeat_interval * 1e6);
  if (text.empty() && heartbeat_us > 0 && now_us - wrote_us_ >= heartbeat_us) append_sse_comment(text, "");
  if (text.empty()) return;
  wrote_us_ = now_us;
  send(Priority::critical, Frame::make(std::move(text)));
  if (!taken.ended.empty()) close(websocket_close::kNormal, taken.ended);
}

void TapSession::append_count(std::string& text, uint64_t untouched, int64_t now_us) {
  untouched_ = untouched;
  counted_us_ = now_us;
  append_sse_event(text, "", "untouched", "{\"events\":" + std::to_string(untouched) + '}');
}

void TapSession::closed(std::string_view) {
  look_.disarm();
  release_identity();
  tap_.reset();
}

SessionInfo TapSession::info() const {
  SessionInfo info = base_info("tap");
  if (tap_ != nullptr) info.subscriptions.push_back(tap_->place().stage);
  return info;
}

}  // namespace relay
