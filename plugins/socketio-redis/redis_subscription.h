#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "socketio-redis/redis_address.h"
#include "socketio-redis/stop_signal.h"

struct redisContext;

namespace socketio_redis {

/// A connection to Redis and what it has subscribed to. One thread's; everything that waits ends when the
/// signal is raised.
class RedisSubscription {
 public:
  struct Topics {
    std::vector<std::string> channels;
    std::vector<std::string> patterns;  ///< as for PSUBSCRIBE
  };
  /// Valid until the next call.
  struct Message {
    bool by_pattern = false;
    std::string_view channel, payload;
  };

  /// Connects, authenticates and subscribes, within 5 s. Error `redis`: what Redis or the system says.
  [[nodiscard]] static relay::Result<RedisSubscription> open(const RedisAddress& address,
                                                             const Topics& topics, const StopSignal& stop);

  RedisSubscription(RedisSubscription&&) noexcept;
  RedisSubscription& operator=(RedisSubscription&&) noexcept;
  ~RedisSubscription();

  /// The next message; nothing when the signal was raised. Error `redis` when the connection is gone.
  [[nodiscard]] relay::Result<std::optional<Message>> next();

 private:
  struct Deleter {
    void operator()(redisContext* context) const;
    void operator()(void* reply) const;
  };

  RedisSubscription(redisContext* context, const StopSignal& stop);
  void append(const std::vector<std::string>& words);
  [[nodiscard]] relay::Status greet(const RedisAddress& address, const Topics& topics);
  [[nodiscard]] relay::Status write_all();
  [[nodiscard]] relay::Status read_reply(int timeout_ms);
  [[nodiscard]] tl::unexpected<relay::Error> trouble() const;

  std::unique_ptr<redisContext, Deleter> context_;
  std::unique_ptr<void, Deleter> reply_;              // what a Message points into
  std::deque<std::unique_ptr<void, Deleter>> early_;  // came before all was subscribed
  const StopSignal* stop_;
};

}  // namespace socketio_redis
