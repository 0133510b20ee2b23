#pragma once

#include "event/event.h"

namespace relay {

/// What plugins reach of the relay around them. Implemented by whoever runs the pipeline; outlives every
/// instance.
class HostServices {
 public:
  virtual ~HostServices() = default;
  /// [any-thread] Copies the event, which is valid and complete, into the intake. False when that is full or
  /// closed.
  [[nodiscard]] virtual bool publish(const EventFields& fields) = 0;
};

}  // namespace relay
