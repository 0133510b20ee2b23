#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "net/polling/poll_request.h"
#include "net/polling/polling_client.h"

namespace relay {

/// The clients of a shard that come by long polling, by sid. Their requests may have reached any shard; those
/// that carry a sid are handed to the one that has the session (`part_of_id`). Owned by the shard's loop.
/// [shard]
class PollingClients final : private PollingHost {
 public:
  struct Surroundings {
    ShardServices& services;
    size_t shard = 0;
    size_t shards = 1;
    size_t max_clients = 0;
  };
  /// Answers a request that waits on some shard.
  using Answer = std::function<void(const ReplyTo&, HttpResponse)>;

  PollingClients(const Surroundings& surroundings, Answer answer);
  ~PollingClients() override;

  /// Opens a session or goes to one.
  void request(const PollRequest& request);
  /// The connection of a request of `sid` that was not answered is gone.
  void cancelled(const std::string& sid, const ReplyTo& reply_to);
  /// Null when there is no such session, or it comes by WebSocket.
  [[nodiscard]] PollingClient* find(const std::string& sid);

  /// Answers what can be answered.
  void flush();
  /// Frees those who have gone. Nothing of theirs may be on the stack.
  void reap();
  void drain();
  void reconfigure();

  [[nodiscard]] size_t size() const { return clients_.size(); }
  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& [sid, client] : clients_) visit(*client);
  }

 private:
  // PollingHost
  ShardServices& services() override { return around_.services; }
  void answer(const ReplyTo& reply_to, HttpResponse response) override;
  void flush_soon(PollingClient& client) override;
  void done(PollingClient& client) override;

  void open(const PollRequest& request);

  const Surroundings around_;
  const Answer answer_;
  std::unordered_map<std::string, std::unique_ptr<PollingClient>> clients_;
  std::vector<std::unique_ptr<PollingClient>> gone_;  // in this iteration; their code may be on the stack
  std::vector<PollingClient*> to_flush_;
  std::vector<std::pair<ReplyTo, HttpResponse>> answers_;
};

}  // namespace relay
