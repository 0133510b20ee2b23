#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/client/client_loop.h"
#include "net/client/url.h"

namespace relay {

/// Told what an EventStream reads. Must not destroy it from inside a call.
class EventStreamHandler {
 public:
  virtual ~EventStreamHandler() = default;
  /// The relay has begun to send.
  virtual void stream_opened() = 0;
  /// One event; `name` is "" unless the relay gave it one. The views are valid for the call.
  virtual void stream_event(std::string_view name, std::string_view data) = 0;
  /// It is over, or could not be had: `refused` with the relay's own words, `denied`, `unreachable`,
  /// `timed_out`, `connection_lost`, `too_large`. connect() may be called again, from a timer.
  virtual void stream_ended(const Error& error) = 0;
};

/// Reads server-sent events, one stream at a time. [owner of the loop] A handler that takes its time makes
/// the relay wait. Bounded: an event of more than kMaxEventBytes ends the stream.
class EventStream final : public LwsPeer {
 public:
  static constexpr size_t kMaxEventBytes = 64u << 20;

  /// `target` is path and query, behind the URL's path prefix; `timeout_us` is for the answer's head.
  EventStream(ClientLoop& loop, EventStreamHandler& handler, Url url, std::string target, int64_t timeout_us);
  ~EventStream() override;
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  void connect();
  int handle(lws* wsi, int reason, void* in, size_t size) override;

 private:
  int read_some(lws* wsi);
  int take(std::string_view part);
  void take_lines();
  void take_line(std::string_view line);
  void fail_with(std::string code, std::string message);
  void end();

  ClientLoop& loop_;
  EventStreamHandler& handler_;
  const Url url_;
  const std::string target_;
  const int64_t timeout_us_;
  ClientTimer deadline_;
  ClientTimer ended_;  // so that the handler is never told from inside libwebsockets
  lws* wsi_ = nullptr;
  int status_ = 0;
  std::string text_;  ///< unread: a part of a line, or the body of a refusal
  std::string name_;
  std::string data_;
  Error error_;
};

}  // namespace relay
