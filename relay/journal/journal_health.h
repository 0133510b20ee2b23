#pragma once

#include <string_view>

#include "base/result.h"

namespace relay {

/// Told how the journal is. Implemented by whoever feeds it. Called on the pipeline's or the journal's
/// thread.
class JournalHealth {
 public:
  virtual ~JournalHealth() = default;
  /// Nothing more is to be taken in: what waits to be written has reached its bound (`journal_behind`), or
  /// cannot be written now (`journal_full`, `journal_failed`).
  virtual void journal_stuck(std::string_view code) = 0;
  /// It is well again.
  virtual void journal_well() = 0;
  /// What was committed may be lost: the process has to end, and to acknowledge nothing more.
  virtual void journal_lost(const Error& error) = 0;
};

}  // namespace relay
