#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "auth/access.h"
#include "pipeline/routed_batch.h"

namespace relay {

struct Audience;

/// One reason for a subscriber to get an event: the route that led to it, the emission that it is, or neither
/// when a selection did.
struct Hit {
  const RoutedEvent* event = nullptr;
  const Delivery* delivery = nullptr;
  const Emission* emission = nullptr;
};

/// What a batch holds for an audience, in offset order. All who get a run with the same id get the same one.
struct Run {
  uint64_t id = 0;
  const RoutedBatch& batch;
  std::span<const Hit> hits;
};

/// One receiver of events on a shard: a plain session, an SSE stream, or one namespace of a Socket.IO
/// session. Implemented by sessions. [shard]
class Subscriber {
 public:
  virtual ~Subscriber() = default;
  /// Called at most once for the events of a batch between two that change who is where. Must only queue:
  /// closing or unsubscribing anybody from inside is not allowed.
  virtual void deliver(const Run& run) = 0;
  /// The offsets [from, to] will not come: this shard was too slow.
  virtual void missed(uint64_t from, uint64_t to) = 0;

  // What an emission asks of those it reaches, once everything before it has been delivered. Only Socket.IO
  // clients follow: the rooms of a stream are its own choice. None may end another subscriber of the same
  // namespace.
  virtual void join_room(const std::string&) {}
  virtual void leave_room(const std::string&) {}
  /// `close`: its connection as well. May end this subscriber.
  virtual void send_away(bool close) { static_cast<void>(close); }

 private:
  friend class AudienceIndex;
  friend class ShardHub;
  AccessRef access_;              // what it may see; null: everything
  Audience* audience_ = nullptr;  // null: in no room and no filter class
  size_t place_ = 0;              // among its members
  uint64_t apart_ = 0;            // the delivery in which it gets a run of its own
};

}  // namespace relay
