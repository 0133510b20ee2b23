#include "socketio-redis/redis_subscription.h"

#include <hiredis/hiredis.h>

#include <utility>

namespace socketio_redis {
namespace {

constexpr int kPatienceMs = 5000;  // for each answer, until it has subscribed

tl::unexpected<relay::Error> fail(std::string what) { return relay::fail("redis", "redis", std::move(what)); }

std::string_view text(const redisReply& reply) { return {reply.str, reply.str ? reply.len : 0}; }

// ["message", channel, payload] or ["pmessage", pattern, channel, payload].
std::optional<RedisSubscription::Message> message_in(const redisReply& reply) {
  if (reply.type != REDIS_REPLY_ARRAY || reply.elements < 3) return std::nullopt;
  const std::string_view kind = text(*reply.element[0]);
  if (kind != "message" && kind != "pmessage") return std::nullopt;
  return RedisSubscription::Message{kind == "pmessage", text(*reply.element[reply.elements - 2]),
                                    text(*reply.element[reply.elements - 1])};
}

}  // namespace

void RedisSubscription::Deleter::operator()(redisContext* context) const { redisFree(context); }
void RedisSubscription::Deleter::operator()(void* reply) const { freeReplyObject(reply); }

RedisSubscription::RedisSubscription(redisContext* context, const StopSignal& stop)
    : context_(context), stop_(&stop) {}
RedisSubscription::RedisSubscription(RedisSubscription&&) noexcept = default;
RedisSubscription& RedisSubscription::operator=(RedisSubscription&&) noexcept = default;
RedisSubscription::~RedisSubscription() = default;

relay::Result<RedisSubscription> RedisSubscription::open(const RedisAddress& address, const Topics& topics,
                                                         const StopSignal& stop) {
  RedisSubscription fresh(address.path.empty() ? redisConnectNonBlock(address.host.c_str(), address.port)
                                               : redisConnectUnixNonBlock(address.path.c_str()),
                          stop);
  if (!fresh.context_) return fail("no memory");
  if (fresh.context_->err != 0) return fresh.trouble();
  if (relay::Status status = fresh.greet(address, topics); !status) return tl::unexpected(status.error());
  return fresh;
}

relay::Status RedisSubscription::greet(const RedisAddress& address, const Topics& topics) {
  size_t answers = topics.channels.size() + topics.patterns.size();
  if (!address.password.empty()) {
    append(address.user.empty() ? std::vector<std::string>{"AUTH", address.password}
                                : std::vector<std::string>{"AUTH", address.user, address.password});
    ++answers;
  }
  for (const std::string& channel : topics.channels) append({"SUBSCRIBE", channel});
  for (const std::string& pattern : topics.patterns) append({"PSUBSCRIBE", pattern});
  if (relay::Status status = write_all(); !status) return status;
  if (address.path.empty()) (void)redisEnableKeepAlive(context_.get());  // a peer that vanished is noticed
  while (answers > 0) {
    if (relay::Status status = read_reply(kPatienceMs); !status) return status;
    if (!reply_) return fail("it did not answer within 5 s");
    const auto& reply = *static_cast<const redisReply*>(reply_.get());
    if (reply.type == REDIS_REPLY_ERROR) return fail("it says: " + std::string(text(reply)));
    if (message_in(reply))
      early_.push_back(std::move(reply_));
    else
      --answers;
  }
  return {};
}

void RedisSubscription::append(const std::vector<std::string>& words) {
  std::vector<const char*> starts;
  std::vector<size_t> lengths;
  for (const std::string& word : words) {
    starts.push_back(word.data());
    lengths.push_back(word.size());
  }
  redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()), starts.data(), lengths.data());
}

relay::Status RedisSubscription::write_all() {
  for (int done = 0; done == 0;) {
    if (!stop_->wait(context_->fd, POLLOUT, kPatienceMs)) return fail("no connection within 5 s");
    if (redisBufferWrite(context_.get(), &done) != REDIS_OK) return trouble();
  }
  return {};
}

// The next reply; none when the time is over or the signal was raised.
relay::Status RedisSubscription::read_reply(int timeout_ms) {
  reply_.reset();
  for (;;) {
    void* reply = nullptr;
    if (redisGetReplyFromReader(context_.get(), &reply) != REDIS_OK) return trouble();
    if (reply) {
      reply_.reset(reply);
      return {};
    }
    if (!stop_->wait(context_->fd, POLLIN, timeout_ms)) return {};
    if (redisBufferRead(context_.get()) != REDIS_OK) return trouble();
  }
}

relay::Result<std::optional<RedisSubscription::Message>> RedisSubscription::next() {
  while (!stop_->raised()) {
    if (!early_.empty()) {
      reply_ = std::move(early_.front());
      early_.pop_front();
    } else if (relay::Status status = read_reply(-1); !status) {
      return tl::unexpected(status.error());
    }
    if (!reply_) continue;
    if (auto message = message_in(*static_cast<const redisReply*>(reply_.get()))) return message;
  }
  return std::nullopt;
}

tl::unexpected<relay::Error> RedisSubscription::trouble() const { return fail(context_->errstr); }

}  // namespace socketio_redis
