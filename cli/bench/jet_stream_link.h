#pragma once

#include <string>
#include <string_view>

#include "cli/bench/nats_link.h"

namespace relay {

/// Publishes to a stream of JetStream, which answers for each event: it has stored it, whatever its
/// configuration makes of that. Makes the stream, in files and otherwise with the server's defaults, unless
/// there is one of that name. An error in an answer ends the link, and its code is the reason.
/// Source: https://docs.nats.io/reference/reference-protocols/nats_api_reference
class JetStreamLink final : public NatsLink {
 public:
  JetStreamLink(LoadLoop& loop, const BenchTarget& target, LinkOwner& owner);

  void ask() override {}

 protected:
  void greet() override;
  void on_message(std::string_view headers, std::string_view payload) override;
  void on_pong() override {}

 private:
  JetStreamLink(LoadLoop& loop, const BenchTarget& target, LinkOwner& owner, std::string inbox);
  void on_made(std::string_view answer);

  const std::string inbox_;  // where all answers come
};

}  // namespace relay
