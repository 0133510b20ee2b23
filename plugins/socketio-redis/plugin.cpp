#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <mutex>
#include <optional>
#include <random>
#include <seneca/json.hpp>
#include <seneca/plugin.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "base/thread_name.h"
#include "socketio-redis/order.h"
#include "socketio-redis/python_manager.h"
#include "socketio-redis/redis_emitter.h"
#include "socketio-redis/redis_subscription.h"

namespace socketio_redis {
namespace {

constexpr int kFirstPauseMs = 100, kLongestPauseMs = 5000;  // between attempts to reach Redis
constexpr int kFullPauseMs = 20;                            // while the intake is full

constexpr size_t kMaxMessageBytes = 16 << 20;

// `text` as a pattern of Redis that matches nothing else.
std::string escape_pattern(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("*?[]\\^").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// Unlike that of any earlier run, so that events have ids of their own.
std::string run_id() {
  std::random_device random;
  std::array<char, 20> text;
  const uint64_t number = static_cast<uint64_t>(random()) << 32 | random();
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number, 36).ptr};
}

/// Listens to Redis on a thread of its own, and publishes an event for every order that comes.
///
/// That thread owns the connection; the counters may be read by any, and the texts under the mutex.
class SocketioRedis {
 public:
  static constexpr const char* schema = R"({
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "url": {"type": "string", "description": "redis://[:password@]host[:port][/db] or unix:///path"},
      "channels": {"type": "array", "maxItems": 64, "items": {"type": "string", "minLength": 1},
                   "description": "of python-socketio's RedisManager"},
      "node_prefix": {"type": ["string", "null"], "minLength": 1,
                      "description": "key of @socket.io/redis-emitter; null: do not listen to it"}
    }
  })";

  SocketioRedis(seneca::Host host, std::string_view config) : host_(host), id_(run_id() + '-') {
    const seneca::JsonView view(config);
    const auto address =
        parse_redis_url(view.get("url") ? view.get("url").string() : "redis://127.0.0.1:6379");
    if (!address) throw std::invalid_argument("config at /url: " + address.error().message);
    address_ = *address;
    for (const seneca::JsonView channel : view.get("channels").items())
      topics_.channels.push_back(channel.string());
    if (!view.get("channels")) topics_.channels = {"socketio", "flask-socketio"};
    if (!view.get("node_prefix").is_null()) {
      const std::string prefix = view.get("node_prefix") ? view.get("node_prefix").string() : "socket.io";
      requests_ = prefix + "-request#";
      topics_.patterns = {escape_pattern(prefix) + "#*", escape_pattern(requests_) + '*'};
    }
    if (topics_.channels.empty() && topics_.patterns.empty())
      throw std::invalid_argument("config has neither channels nor node_prefix, so nothing would ever come");
  }
  ~SocketioRedis() { stop(); }

  void start() {
    thread_ = std::thread([this] {
      relay::name_thread("socketio-redis");
      run();
    });
  }
  void stop() {
    stop_.raise();
    if (thread_.joinable()) thread_.join();
  }
  std::string status() const {
    std::string json = R"({"state":)";
    const std::lock_guard lock(mutex_);
    seneca::append_json_string(json, state_);
    json += ",\"records\":" + std::to_string(records_) + ",\"refused\":" + std::to_string(refused_) +
            ",\"reconnects\":" + std::to_string(reconnects_) +
            ",\"waiting_backpressure\":" + (waiting_ ? "true" : "false") + ",\"last_error\":";
    seneca::append_json_string(json, last_error_);
    return json + '}';
  }

 private:
  void run() {
    int pause_ms = kFirstPauseMs;
    std::minstd_rand random(std::random_device{}());
    while (!stop_.raised()) {
      auto subscription = RedisSubscription::open(address_, topics_, stop_);
      if (subscription) {
        pause_ms = kFirstPauseMs;
        set_state("connected to " + address_.to_string());
        host_.info("listens to Redis at " + address_.to_string());
        listen(*subscription);
        ++reconnects_;
      } else if (!stop_.raised()) {
        complain("unreachable", "Redis at " + address_.to_string() + " cannot be used (" +
                                    subscription.error().message + "); tries again until it can");
      }
      set_state("waiting for " + address_.to_string());
      // Not in step with all the others that lost it at the same moment.
      (void)stop_.wait(-1, 0, std::uniform_int_distribution<int>(pause_ms / 2, pause_ms)(random));
      pause_ms = std::min(pause_ms * 2, kLongestPauseMs);
    }
    set_state("stopped");
  }

  void listen(RedisSubscription& subscription) {
    told_.erase("unreachable");
    for (;;) {
      const auto message = subscription.next();
      if (!message) {
        complain("unreachable", "lost Redis at " + address_.to_string() + " (" + message.error().message +
                                    "); what is published until it is back is lost");
        return;
      }
      if (!*message) return;
      const auto order = decode(**message);
      if (!order)
        refuse(order.error().code,
               "a message on " + std::string((*message)->channel) + " is refused: " + order.error().message);
      else if (*order)
        publish(**order);
    }
  }

  relay::Result<std::optional<Order>> decode(const RedisSubscription::Message& message) const {
    if (message.payload.size() > kMaxMessageBytes) return bad_message("it has more than 16 MiB");
    if (!message.by_pattern) return decode_manager_message(message.payload);
    if (!message.channel.starts_with(requests_)) return decode_emission(message.payload);
    std::string_view name_space = message.channel.substr(requests_.size());
    if (name_space.ends_with('#')) name_space.remove_suffix(1);
    return decode_request(name_space, message.payload);
  }

  // Waits while the intake is full; Redis then keeps for us what it has room for.
  void publish(const Order& order) {
    const std::string id = id_ + std::to_string(++number_);
    seneca::NewEvent event;
    event.type = order.type;
    event.source = "/socketio-redis";
    event.id = id;
    event.data = order.data;
    try {
      while (!host_.publish(event)) {
        waiting_ = true;
        (void)stop_.wait(-1, 0, kFullPauseMs);
        if (stop_.raised()) return;
      }
      waiting_ = false;
      ++records_;
    } catch (const seneca::Error&) {
      refuse("too_large",
             "an emission is refused: it is larger than security.content_filtering.max_message_size"
             " or nested deeper than 64 levels");
    }
  }

  void refuse(const std::string& code, const std::string& text) {
    ++refused_;
    complain(code, text);
  }
  // Into the log once for each kind, so that a stream of them does not fill it.
  void complain(const std::string& code, const std::string& text) {
    {
      const std::lock_guard lock(mutex_);
      last_error_ = text;
    }
    if (told_.insert(code).second) host_.warn(text);
  }
  void set_state(std::string state) {
    const std::lock_guard lock(mutex_);
    state_ = std::move(state);
  }

  const seneca::Host host_;
  const std::string id_;
  RedisAddress address_;
  RedisSubscription::Topics topics_;
  std::string requests_;  // what channels of requests begin with
  StopSignal stop_;
  std::thread thread_;

  uint64_t number_ = 0;         // the thread's
  std::set<std::string> told_;  // the thread's; kinds of complaints, a handful
  std::atomic<uint64_t> records_ = 0, refused_ = 0, reconnects_ = 0;
  std::atomic<bool> waiting_ = false;
  mutable std::mutex mutex_;
  std::string state_ = "starting", last_error_;
};

}  // namespace
}  // namespace socketio_redis

SENECA_PLUGIN(socketio_redis::SocketioRedis, "seneca.socketio-redis", "1.0.0",
              "takes what Socket.IO emitters publish to Redis")
