#pragma once

#include <memory>
#include <utility>

#include "net/tls/tls_session.h"
#include "net/wire.h"

namespace relay {

/// A Wire whose bytes go encrypted over another. [shard]
class TlsWire final : public Wire {
 public:
  TlsWire(Wire& below, std::unique_ptr<TlsSession> session) : below_(below), session_(std::move(session)) {}

  /// Takes what came over the wire below; what it says is appended to `plain`.
  void receive(std::string_view bytes, std::string& plain) {
    if (dead_) return;
    const TlsSession::State state = session_->receive(bytes, plain);
    flush();
    dead_ = state != TlsSession::State::open || session_->output().size() > kMaxWaiting;
    if (dead_) below_.kill();
  }
  /// The wire below can be written again. True when nothing of ours waits any more.
  [[nodiscard]] bool unblocked() {
    flush();
    return !below_.blocked();
  }

  [[nodiscard]] bool write(std::span<const std::string_view> pieces) override {
    if (dead_ || !session_->send(pieces)) return false;
    return flush();
  }
  [[nodiscard]] bool blocked() const override { return below_.blocked(); }
  void pause_reading(bool paused) override { below_.pause_reading(paused); }
  void limit_unacknowledged(int64_t milliseconds) override { below_.limit_unacknowledged(milliseconds); }
  void finish_writing() override {
    session_->say_goodbye();
    flush();
    below_.finish_writing();
  }
  void kill() override { below_.kill(); }

 private:
  // What TLS itself answers to a peer that reads nothing.
  static constexpr size_t kMaxWaiting = 64 * 1024;

  bool flush() {
    const std::string_view output = session_->output();
    if (output.empty() || below_.blocked()) return true;
    const bool alive = below_.write({&output, 1});
    session_->taken();
    return alive;
  }

  Wire& below_;
  const std::unique_ptr<TlsSession> session_;
  bool dead_ = false;
};

}  // namespace relay
