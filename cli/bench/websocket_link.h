#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/bench/client_frame.h"
#include "cli/bench/http_answer.h"
#include "cli/bench/load_link.h"
#include "cli/bench/server_frame.h"

namespace relay {

/// Plain WebSocket: a message is a payload, an event a text. A server answers for events with the pong to a
/// ping that follows them: it has read and parsed that far. Pings are few, as servers limit them.
class WebSocketLink : public PublishingLink {
 public:
  WebSocketLink(LoadLoop& loop, const BenchTarget& target, LinkOwner& owner, LinkRole role);

  void publish(const PublishBatch& batch) override;
  void ask() override;
  void reassure() override;
  [[nodiscard]] int64_t reassure_every_ns() const override { return 10 * kNsPerSecond; }

 protected:
  void greet() override;
  void take(std::string_view bytes) override;

  /// The WebSocket is open.
  virtual void opened() { become_ready(); }
  virtual void on_message(std::string_view message) { owner().on_payload(message); }

  void send_text(std::string_view text);
  [[nodiscard]] bool confirms() const { return role_ == LinkRole::confirmed_publisher; }
  [[nodiscard]] ClientFrameWriter& writer() { return writer_; }
  [[nodiscard]] std::string& scratch() { return scratch_; }

 private:
  static constexpr int64_t kAskEveryNs = kNsPerSecond / 100;

  [[nodiscard]] bool upgrade(std::string_view& bytes);
  void on_frame(const ServerFrameReader::Frame& frame);
  void on_data(const ServerFrameReader::Frame& frame);
  void on_pong(std::string_view payload);

  const LinkRole role_;
  HttpAnswerHead head_;
  ServerFrameReader reader_;
  ClientFrameWriter writer_;
  std::string message_;  // fragments of a message
  std::string scratch_;  // a batch being written
  uint64_t published_ = 0;
  uint64_t asked_ = 0;
  uint64_t answered_ = 0;
  int64_t next_ask_ns_ = 0;
};

}  // namespace relay
