#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "event/pattern.h"

namespace relay {

/// What `tail` was asked to show, before it becomes a request.
struct TailSelection {
  std::vector<std::string> match;      ///< type patterns; empty: all
  std::vector<std::string> not_match;  ///< --not
  std::string filter;                  ///< --filter
  std::string min_priority;            ///< "" for all
  std::vector<std::string> rooms;
  std::optional<uint64_t> last;
  std::string since;
};

/// A position to continue from after a lost connection.
struct ResumePoint {
  std::string epoch;
  uint64_t offset = 0;
};

/// Where a subscription begins.
enum class TailStart {
  selected,  ///< as --last or --since say, else live
  live,
  oldest,  ///< at the oldest event the log still holds
};

/// A TailSelection as the relay understands it, checked. Immutable.
class Subscription {
 public:
  /// Errors `bad_pattern`, `bad_filter`, `bad_since`; the subject is the option's value.
  [[nodiscard]] static Result<Subscription> make(const TailSelection& selection);

  /// The `subscribe` request.
  [[nodiscard]] std::string request(uint64_t id, TailStart start) const;
  /// The `resume` request: what follows `point`.
  [[nodiscard]] std::string resume_request(uint64_t id, const ResumePoint& point) const;
  [[nodiscard]] bool wants_history() const { return selection_.last || !selection_.since.empty(); }
  /// Whether an event's type is excluded by a --not pattern that the relay's filter cannot express.
  [[nodiscard]] bool excludes(std::string_view type) const {
    return !excluded_here_.empty() && excluded_here_.matches(type);
  }
  /// Whether `excludes` has to be asked at all.
  [[nodiscard]] bool filters_here() const { return !excluded_here_.empty(); }
  [[nodiscard]] const std::string& filter() const { return filter_; }

 private:
  TailSelection selection_;
  std::string filter_;
  PatternSet excluded_here_;
};

/// The filter expression for "the type does not match `pattern`"; nothing when globs cannot say it.
[[nodiscard]] std::optional<std::string> exclusion_filter(const std::string& pattern);

}  // namespace relay
