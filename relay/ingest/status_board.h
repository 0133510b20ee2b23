#pragma once

#include <mutex>
#include <string>
#include <utility>

#include "ingest/source.h"

namespace relay {

/// A source's status, written by its thread and read by any. The mutex is a leaf, held for a copy.
class StatusBoard {
 public:
  StatusBoard(std::string name, std::string type) {
    status_.name = std::move(name);
    status_.type = std::move(type);
    status_.state = "stopped";
  }

  /// [source thread] `change` gets the SourceStatus to alter.
  template <class Change>
  void update(Change&& change) {
    const std::lock_guard lock(mutex_);
    change(status_);
  }
  /// [any-thread]
  [[nodiscard]] SourceStatus snapshot() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  mutable std::mutex mutex_;
  SourceStatus status_;
};

}  // namespace relay
