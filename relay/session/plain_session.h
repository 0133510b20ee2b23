#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "codec/plain_json.h"
#include "session/publish_queue.h"
#include "session/stream_session.h"

namespace relay {

/// A plain WebSocket.
///
/// Without a subprotocol the URL says what comes, every text sent is one event (CloudEvents or the seed's
/// shape, an event `seneca.gap` where some are missing) and every text received is one event to publish; one
/// that cannot be read is answered with {"error":{code,message}} and changes nothing else. With
/// `seneca.v1.json` both sides speak plain_json.h; with `seneca.v1.zstd` the relay does so in binary messages
/// of one zstd frame each, and the client in those or in text. A peer from which nothing came for two
/// heartbeats is gone. With the subprotocol of a codec plugin it is seneca.v1.json, translated.
class PlainSession final : public StreamSession {
 public:
  PlainSession(std::string id, ShardServices& services, Transport& transport);

  [[nodiscard]] Status start(const SessionRequest& request) override;
  void receive_text(std::string_view message) override;
  void receive_binary(std::string_view message) override;
  void reconfigured() override;
  void pong() override { heard_ = true; }
  void published(uint64_t token, const PublishResult& result) override;
  void answered(uint64_t token, std::string_view members) override;
  void drain() override;
  void closed(std::string_view reason) override;
  [[nodiscard]] SessionInfo info() const override;

 private:
  void send_gap(const GapNotice& gap) override;
  void beat() override;

  // plain_session.cpp: both modes
  [[nodiscard]] Status set_format(std::string_view name);
  void reply(std::string_view json);
  void send_message(Priority lane, std::string_view json);
  void refuse(std::optional<uint64_t> id, const Error& error);
  void publish_message(std::string_view message);

  void translate(std::string_view message, bool binary);
  [[nodiscard]] std::string encoded(std::string_view json) const;

  // plain_requests.cpp: seneca.v1.json
  void receive_request(std::string_view message);
  [[nodiscard]] Status carry_out(const PlainRequest& request, const JsonOutline& event);
  [[nodiscard]] Status subscribe(const PlainRequest& request);
  [[nodiscard]] Status publish(const PlainRequest& request, const JsonOutline& event);
  [[nodiscard]] Status ask_presence(const PlainRequest& request);
  void confirm(const PlainRequest& request, std::string_view members = {});

  bool v1_ = false;                       // one of the subprotocols
  bool zstd_ = false;                     // the one that compresses
  std::shared_ptr<SessionPlugin> codec_;  // of one of its own
  bool heard_ = true;
  int silent_beats_ = 0;
  uint64_t next_token_ = 1;
  std::unordered_map<uint64_t, uint64_t>
      awaited_;  // token of a publication or a question → id of the request
  PublishQueue publish_queue_;
};

}  // namespace relay
