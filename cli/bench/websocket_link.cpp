#include "cli/bench/websocket_link.h"

#include <cstring>

namespace relay {

WebSocketLink::WebSocketLink(LoadLoop& loop, const BenchTarget& target, LinkOwner& owner, LinkRole role)
    : PublishingLink(loop, target, owner),
      role_(role),
      writer_(static_cast<uint64_t>(loop.now_ns()) * 0x9E3779B97F4A7C15u) {}

void WebSocketLink::greet() {
  const bool subscriber = role_ == LinkRole::subscriber;
  send(target().upgrade_request(subscriber ? target().subscribe_path() : target().publish_path()));
}

bool WebSocketLink::upgrade(std::string_view& bytes) {
  switch (head_.feed(bytes)) {
    case HttpAnswerHead::Outcome::more:
      return false;
    case HttpAnswerHead::Outcome::broken:
      close("the server does not speak HTTP");
      return false;
    case HttpAnswerHead::Outcome::whole:
      break;
  }
  if (head_.status() != 101) {
    refuse_http(head_.status(), "no WebSocket: the server answered HTTP " + head_.status_line());
    return false;
  }
  if (head_.header("Sec-WebSocket-Accept") != target().accept_key()) {
    close("no WebSocket: the server's Sec-WebSocket-Accept is wrong");
    return false;
  }
  opened();
  return state() != State::closed;
}

void WebSocketLink::take(std::string_view bytes) {
  if (head_.status() == 0 && !upgrade(bytes)) return;
  reader_.feed(bytes);
  ServerFrameReader::Frame frame;
  while (state() != State::closed) {
    const ServerFrameReader::Outcome outcome = reader_.next(frame);
    if (outcome == ServerFrameReader::Outcome::more) return;
    if (outcome == ServerFrameReader::Outcome::broken) return close("the server sent a broken frame");
    on_frame(frame);
  }
}

void WebSocketLink::on_frame(const ServerFrameReader::Frame& frame) {
  switch (frame.opcode) {
    case WebSocketOpcode::ping: {
      std::string pong;
      writer_.append(pong, WebSocketOpcode::pong, frame.payload);
      return send(pong);
    }
    case WebSocketOpcode::pong:
      return on_pong(frame.payload);
    case WebSocketOpcode::close: {
      const bool coded = frame.payload.size() >= 2;
      const unsigned code = coded ? static_cast<unsigned char>(frame.payload[0]) << 8 |
                                        static_cast<unsigned char>(frame.payload[1])
                                  : 0;
      const std::string reason(frame.payload.substr(coded ? 2 : 0));
      return close("the server closed: " + std::to_string(code) + (reason.empty() ? "" : " " + reason));
    }
    default:
      return on_data(frame);
  }
}

void WebSocketLink::on_data(const ServerFrameReader::Frame& frame) {
  if (frame.final && message_.empty()) return on_message(frame.payload);
  message_ += frame.payload;
  if (message_.size() > ServerFrameReader::kMaxPayload) return close("the server sent an endless message");
  if (!frame.final) return;
  on_message(message_);
  message_.clear();
}

void WebSocketLink::on_pong(std::string_view payload) {
  uint64_t count = 0;
  if (payload.size() != sizeof count) return;
  std::memcpy(&count, payload.data(), sizeof count);
  if (count <= answered_ || count > asked_) return;
  owner().on_answered(count - answered_, 0);
  answered_ = count;
}

void WebSocketLink::send_text(std::string_view text) {
  std::string frame;
  writer_.append(frame, WebSocketOpcode::text, text);
  send(frame);
}

void WebSocketLink::publish(const PublishBatch& batch) {
  scratch_.clear();
  for (size_t i = 0; i < batch.due_ns.size(); ++i)
    writer_.append(scratch_, WebSocketOpcode::text,
                   batch.text.stamped(batch.first_number + i, batch.due_ns[i]));
  published_ += batch.due_ns.size();
  send(scratch_);
}

void WebSocketLink::ask() {
  if (!confirms() || asked_ == published_ || now_ns() < next_ask_ns_) return;
  next_ask_ns_ = now_ns() + kAskEveryNs;
  asked_ = published_;
  char count[sizeof asked_];
  std::memcpy(count, &asked_, sizeof asked_);
  std::string ping;
  writer_.append(ping, WebSocketOpcode::ping, std::string_view(count, sizeof count));
  send(ping);
}

void WebSocketLink::reassure() {
  std::string pong;
  writer_.append(pong, WebSocketOpcode::pong, "");
  send(pong);
}

}  // namespace relay
