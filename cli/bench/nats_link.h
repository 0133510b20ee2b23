#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/bench/load_link.h"

namespace relay {

/// The text protocol of nats-server, over TCP: every event goes to one subject. The server answers for events
/// with the PONG to a PING that follows them: it has read that far.
/// Source: https://docs.nats.io/reference/reference-protocols/nats-protocol
class NatsLink : public PublishingLink {
 public:
  NatsLink(LoadLoop& loop, const BenchTarget& target, LinkOwner& owner, LinkRole role)
      : NatsLink(loop, target, owner, role, "bench") {}

  void publish(const PublishBatch& batch) override;
  void ask() override;
  void reassure() override { send("PONG\r\n"); }
  [[nodiscard]] int64_t reassure_every_ns() const override { return 10 * kNsPerSecond; }

 protected:
  /// `where`: the subject events go to and, behind a space, the one that answers to them go to.
  NatsLink(LoadLoop& loop, const BenchTarget& target, LinkOwner& owner, LinkRole role, std::string_view where)
      : PublishingLink(loop, target, owner), role_(role), publish_("PUB " + std::string(where) + " ") {}

  void greet() override;
  void take(std::string_view bytes) override;
  /// `headers` are those of a message that has some, "NATS/1.0" and so on.
  virtual void on_message(std::string_view headers, std::string_view payload);
  virtual void on_pong();

 private:
  static constexpr size_t kMaxPayload = size_t{64} << 20;

  /// Takes one line or one message off `text`; false when it is not whole yet, or the link is closed.
  [[nodiscard]] bool take_one(std::string_view& text);
  [[nodiscard]] bool take_message(std::string_view& text, std::string_view line);
  void on_line(std::string_view line);

  const LinkRole role_;
  const std::string publish_;  // how a PUB line begins
  std::string carry_;          // what has begun and not ended
  std::string scratch_;        // a batch being written
  uint64_t published_ = 0;
  uint64_t asked_ = 0;
  uint64_t answered_ = 0;
};

}  // namespace relay
