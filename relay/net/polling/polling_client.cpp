#include "net/polling/polling_client.h"

#include <utility>
#include <vector>

#include "base/utf8.h"
#include "codec/engine_io_payload.h"
#include "codec/websocket_frame.h"
#include "session/bare_session.h"
#include "session/gather.h"

namespace relay {
namespace {

constexpr int64_t kUpgradeUs = 10'000'000;
constexpr int64_t kLastWordUs = 30'000'000;  // as the reference server keeps it
constexpr int64_t kGoodbyeUs = 100'000;
constexpr int64_t kNoopUs = 100'000;
constexpr size_t kMaxAnswerBytes = 256 * 1024;
constexpr std::string_view kClosePacket = "1", kNoopPacket = "6";

HttpResponse packets(std::string body) {
  HttpResponse response;
  response.content_type = "text/plain; charset=UTF-8";
  response.body = std::move(body);
  return response;
}

HttpResponse taken() {
  HttpResponse response;
  response.content_type = "text/html";
  response.body = "ok";
  return response;
}

}  // namespace

PollingClient::PollingClient(const std::string& id, PollingHost& host, bool bare)
    : id_(id), host_(host), session_(make_engine_io_session(bare, id, host.services(), *this)) {}

PollingClient::~PollingClient() { end_session(); }

void PollingClient::get(const ReplyTo& reply_to) {
  if (get_) {
    host_.answer(reply_to, engine_io_error(EngineIoError::bad_request));
    close(websocket_close::kProtocolError, "two GETs at once");
    return finish();
  }
  get_ = reply_to;
  flush();
}

void PollingClient::post(const ReplyTo& reply_to, std::string_view content_type, std::string_view body) {
  if (post_) {
    ++host_.services().counters.messages_refused;
    host_.answer(reply_to, engine_io_error(EngineIoError::bad_request));
    close(websocket_close::kProtocolError, "two POSTs at once");
    return finish();
  }
  const auto packets = split_engine_io_payload(body);
  if (!packets || content_type.starts_with("application/octet-stream") ||
      valid_utf8_prefix(body) != body.size()) {
    ++host_.services().counters.messages_refused;
    close(websocket_close::kProtocolError, "bad payload");
  } else {
    for (size_t i = 0; i < packets->size() && close_code_ == 0; ++i) {
      ++host_.services().counters.messages_received;
      session_->receive_text((*packets)[i]);
    }
  }
  if (close_code_ == websocket_close::kProtocolError) {
    host_.answer(reply_to, engine_io_error(EngineIoError::bad_request));
    return finish();
  }
  post_ = reply_to;
  if (close_code_ == 0 ? !paused_ : !awaits_get()) answer(post_, taken());
  flush();
}

void PollingClient::cancelled(const ReplyTo& reply_to) {
  if (post_ == reply_to) post_.reset();
  if (get_ != reply_to) return;
  get_.reset();
  close(websocket_close::kNormal, "client closed");
  finish();
}

bool PollingClient::begin_upgrade(UpgradeSocket& socket) {
  if (upgrading_ != nullptr || close_code_ != 0) return false;
  upgrading_ = &socket;
  arm(deadline_, kUpgradeUs);
  return true;
}

void PollingClient::upgrade_message(bool text, std::string_view message) {
  if (text && message == "2probe" && !probed_) {
    probed_ = true;
    upgrading_->say("3probe");
    // The client lets its GET end before it goes on, so that nothing is on two ways at once.
    return on_noop(0);
  }
  if (text && message == "5" && probed_) return hand_over();
  UpgradeSocket& socket = *upgrading_;
  cancel_upgrade();
  socket.give_up(websocket_close::kProtocolError, "an upgrade says 2probe, then 5");
}

void PollingClient::cancel_upgrade() {
  upgrading_ = nullptr;
  probed_ = false;
  noop_.disarm();
  deadline_.disarm();
}

void PollingClient::hand_over() {
  answer(get_, packets(std::string(kNoopPacket)));
  answer(post_, taken());
  UpgradeSocket& socket = *upgrading_;
  cancel_upgrade();
  socket.take_over(std::move(session_), std::string_view(frames_).substr(frames_sent_));
  ended_ = done_ = true;
  host_.done(*this);
}

// Until the client has stopped asking, each GET ends soon.
void PollingClient::on_noop(int64_t) {
  if (!has_packets()) answer(get_, packets(std::string(kNoopPacket)));
  arm(noop_, kNoopUs);
}

void PollingClient::flush() {
  if (done_) return;
  if (get_ && has_packets()) {
    answer(get_, packets(take_packets()));
    if (close_code_ == 0) session_->drained();
  }
  if (close_code_ == 0) return;
  // Who is sent away is to hear why, with its next GET if need be. Others hear from that GET's error that
  // there is no session any more, and may come back: a close packet would keep Python's client away.
  const bool sent_away = close_code_ == websocket_close::kGoingAway;
  if (!(sent_away || awaits_get()) || (get_ && !has_packets())) return finish();
  if (ended_) return;
  while (sent_away && !session_->outbox().empty()) take_frames();
  if (!sent_away) frames_.resize(frames_sent_);
  end_session();
  arm(deadline_, sent_away ? kLastWordUs : kGoodbyeUs);
}

// The GET sent before a goodbye may take longer, to another shard, than the goodbye.
bool PollingClient::awaits_get() const {
  return close_code_ == websocket_close::kNormal && post_ && !get_ && upgrading_ == nullptr;
}

void PollingClient::published(uint64_t token, const PublishResult& result) {
  if (close_code_ == 0 && session_ != nullptr) session_->published(token, result);
}

void PollingClient::answered(uint64_t token, std::string_view members) {
  if (close_code_ == 0 && session_ != nullptr) session_->answered(token, members);
}

void PollingClient::drain() {
  // Not even for a last word: the shard ends when its clients have gone.
  if (ended_ && !done_) arm(deadline_, 0);
  if (close_code_ != 0) return;
  session_->drain();
  close(websocket_close::kRestart, "relay is stopping");
}

void PollingClient::close(uint16_t code, std::string_view reason) {
  if (close_code_ != 0) return;
  close_code_ = code;
  close_reason_ = reason;
  flush_soon();
}

void PollingClient::pause_reading(bool paused) {
  paused_ = paused;
  if (!paused_) answer(post_, taken());
}

void PollingClient::answer(std::optional<ReplyTo>& waiting, HttpResponse response) {
  if (!waiting) return;
  host_.answer(*waiting, std::move(response));
  waiting.reset();
}

bool PollingClient::has_packets() const {
  return frames_sent_ < frames_.size() || (!ended_ && !session_->outbox().empty());
}

std::string PollingClient::take_packets() {
  std::string payload;
  for (size_t taken = 0; taken < kMaxPackets && payload.size() < kMaxAnswerBytes && has_packets(); ++taken) {
    if (frames_sent_ == frames_.size()) {
      frames_.clear();
      frames_sent_ = 0;
      take_frames();
    }
    std::string_view rest = std::string_view(frames_).substr(frames_sent_);
    append_engine_io_packet(payload, rest);
    frames_sent_ = frames_.size() - rest.size();
  }
  if (frames_sent_ == frames_.size()) {
    frames_ = std::string();
    frames_sent_ = 0;
  }
  return payload;
}

// A frame of the outbox may hold many: a bundle is taken whole.
void PollingClient::take_frames() {
  Gather gather;
  session_->outbox().drain_one(gather, kMaxAnswerBytes);
  for (const std::string_view piece : gather.pieces()) frames_ += piece;
}

void PollingClient::end_session() {
  if (std::exchange(ended_, true)) return;
  session_->closed(close_reason_);
  session_->outbox().clear();
}

void PollingClient::finish() {
  if (std::exchange(done_, true)) return;
  end_session();
  const bool said =
      close_code_ == websocket_close::kProtocolError || close_code_ == websocket_close::kGoingAway;
  if (close_code_ == websocket_close::kNormal)
    answer(get_, packets(std::string(kNoopPacket)));
  else
    answer(get_, said ? packets(std::string(kClosePacket)) : engine_io_error(EngineIoError::unknown_sid));
  answer(post_,
         close_code_ == websocket_close::kNormal ? taken() : engine_io_error(EngineIoError::bad_request));
  noop_.disarm();
  deadline_.disarm();
  if (UpgradeSocket* const socket = std::exchange(upgrading_, nullptr))
    socket->give_up(close_code_, close_reason_);
  host_.done(*this);
}

void PollingClient::on_deadline(int64_t) {
  if (ended_) return finish();
  UpgradeSocket& socket = *upgrading_;
  cancel_upgrade();
  socket.give_up(websocket_close::kPolicy, "the upgrade takes too long");
}

void PollingClient::arm(Timer& timer, int64_t delay_us) {
  host_.services().timers.arm(timer, host_.services().clock.monotonic_us() + delay_us);
}

}  // namespace relay
