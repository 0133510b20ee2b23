#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "cli/bench/bench_target.h"
#include "cli/bench/event_text.h"
#include "cli/bench/load_loop.h"

namespace relay {

enum class LinkRole {
  subscriber,
  publisher,            ///< nobody asks what became of what it sends
  confirmed_publisher,  ///< the server answers for what it takes in
};

/// Told what comes over a link. Views last for the call.
class LinkOwner {
 public:
  virtual ~LinkOwner() = default;
  /// An event, or whatever else the server sends once the link is ready, in the server's envelope.
  virtual void on_payload(std::string_view payload) = 0;
  /// The server has answered for `events` more of what was published, `refused` of them with a no.
  virtual void on_answered(uint64_t events, uint64_t refused) = 0;
};

/// One connection to the server under test: connects, sends, receives; subclasses speak its protocol. Lives
/// for the whole run, closed or not; its owner outlives it.
///
/// A counting link throws its bytes away inside the kernel and only counts them, so that many subscribers
/// cost the client less than the server. It cannot see pings, so reassure() must be called now and then.
class LoadLink : public Pollable {
 public:
  enum class State { idle, connecting, opening, ready, closed };

  LoadLink(LoadLoop& loop, const BenchTarget& target, LinkOwner& owner);
  ~LoadLink() override;
  LoadLink(const LoadLink&) = delete;
  LoadLink& operator=(const LoadLink&) = delete;

  void connect();
  void close(std::string_view reason);
  void on_events(uint32_t epoll_events) final;

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool ready() const { return state_ == State::ready; }
  [[nodiscard]] int64_t started_ns() const { return started_ns_; }
  [[nodiscard]] int64_t ready_ns() const { return ready_ns_; }
  /// Why it is closed.
  [[nodiscard]] const std::string& reason() const { return reason_; }
  /// The status of an HTTP answer that was no yes; 0 without.
  [[nodiscard]] int http_status() const { return http_status_; }

  /// Received since the connection was made.
  [[nodiscard]] uint64_t received_bytes() const { return received_bytes_; }
  [[nodiscard]] size_t unsent_bytes() const { return unsent_.size() - sent_; }
  void count_only(bool wanted = true) { counting_ = wanted; }
  [[nodiscard]] bool counting() const { return counting_; }
  /// Tells the server that this client lives, unasked.
  virtual void reassure() {}
  /// How often it has to be told; 0: never.
  [[nodiscard]] virtual int64_t reassure_every_ns() const { return 0; }

 protected:
  /// TCP is connected: send the request.
  virtual void greet() = 0;
  virtual void take(std::string_view bytes) = 0;

  void send(std::string_view bytes);
  void become_ready();
  void refuse_http(int status, std::string_view reason);
  [[nodiscard]] const BenchTarget& target() const { return target_; }
  [[nodiscard]] LinkOwner& owner() { return owner_; }
  [[nodiscard]] int64_t now_ns() const { return loop_.now_ns(); }

 private:
  void finish_connect();
  void read();
  void flush();
  void want_write(bool wanted);

  LoadLoop& loop_;
  const BenchTarget& target_;
  LinkOwner& owner_;
  std::string unsent_;
  size_t sent_ = 0;  // of unsent_
  std::string reason_;
  uint64_t received_bytes_ = 0;
  int64_t started_ns_ = 0;
  int64_t ready_ns_ = 0;
  int fd_ = -1;
  int http_status_ = 0;
  State state_ = State::idle;
  bool counting_ = false;
  bool wants_write_ = false;
};

/// Events that are published together.
struct PublishBatch {
  EventText& text;
  uint64_t first_number;
  std::span<const int64_t> due_ns;  ///< one time an event
};

/// A link that can publish.
class PublishingLink : public LoadLink {
 public:
  using LoadLink::LoadLink;

  virtual void publish(const PublishBatch& batch) = 0;
  /// Whether the last batch is on its way, so that another may follow.
  [[nodiscard]] virtual bool can_publish() const { return ready() && unsent_bytes() == 0; }
  /// Asks the server what it has taken in, where it does not say so by itself. Called often.
  virtual void ask() {}
};

}  // namespace relay
