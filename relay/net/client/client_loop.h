#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/result.h"

struct lws;
struct lws_context;

namespace relay {

/// What a connection or descriptor on a ClientLoop does with libwebsockets' callbacks. The loop finds it as
/// the wsi's opaque user data; null there means that nobody listens any more.
class LwsPeer {
 public:
  virtual ~LwsPeer() = default;
  /// `reason` is an lws_callback_reasons; other than 0 closes the connection.
  virtual int handle(lws* wsi, int reason, void* in, size_t size) = 0;
};

/// Name under which the loop's connections are bound in libwebsockets.
inline constexpr const char* kLwsClientProtocol = "seneca-client";

/// Takes `wsi` from its peer, which hears no more of it, and closes it soon. Null is allowed.
void drop_lws(lws* wsi);

/// The event loop of a client program: one thread, libwebsockets' own poll loop, timers and descriptors.
///
/// Owned by the command that runs; outlives every client, timer and watch made on it. [owner] throughout: one
/// thread makes it, runs it and ends it.
class ClientLoop {
 public:
  [[nodiscard]] static Result<std::unique_ptr<ClientLoop>> make();
  ~ClientLoop();
  ClientLoop(const ClientLoop&) = delete;
  ClientLoop& operator=(const ClientLoop&) = delete;

  /// Serves connections, timers and descriptors until stop() is called from one of them.
  void run();
  void stop();

  [[nodiscard]] lws_context* context() const { return context_; }

 private:
  ClientLoop() = default;

  lws_context* context_ = nullptr;
  bool stopping_ = false;
};

/// Calls a function once, later. Ended by its owner; destroying it cancels.
class ClientTimer {
 public:
  ClientTimer(ClientLoop& loop, std::function<void()> expired);
  ~ClientTimer();
  ClientTimer(const ClientTimer&) = delete;
  ClientTimer& operator=(const ClientTimer&) = delete;

  /// Starting again moves the deadline.
  void start(int64_t delay_us);
  void cancel();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Calls a function whenever a descriptor can be read. The descriptor and its flags stay the caller's.
class ReadableWatch final : public LwsPeer {
 public:
  /// `readable` reads once and returns false at the end of the input; it is not called again then.
  ReadableWatch(ClientLoop& loop, int fd, std::function<bool()> readable);
  ~ReadableWatch() override;
  ReadableWatch(const ReadableWatch&) = delete;
  ReadableWatch& operator=(const ReadableWatch&) = delete;

  /// While paused nothing is read, so that a pipe's writer waits.
  void pause(bool paused);
  /// False when the descriptor cannot be watched.
  [[nodiscard]] bool active() const { return wsi_ != nullptr; }

  int handle(lws* wsi, int reason, void* in, size_t size) override;

 private:
  std::function<bool()> readable_;
  lws* wsi_ = nullptr;
  bool paused_ = false;
};

}  // namespace relay
