#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "event/event.h"
#include "event/filter.h"
#include "event/pattern.h"

namespace CLI {
class App;
}

namespace relay {

class BlockDecoder;
class JournalFile;
class JsonlInput;

/// Which past events a verb is about, as its flags say.
struct PastChoice {
  std::string since, until;
  std::vector<std::string> match;
  std::string filter;
  std::string subject;
};

/// --since, --until, --match, --filter and --subject.
void add_past_options(CLI::App& verb, PastChoice& choice);

/// The same, understood.
class PastSelection {
 public:
  /// Errors of parse_log_point, PatternSet and Filter.
  [[nodiscard]] static Result<PastSelection> make(const PastChoice& choice, int64_t now_us);
  [[nodiscard]] bool takes(const Event& event) const;

  uint64_t from = 1, to = UINT64_MAX;  ///< offsets
  int64_t since_us = INT64_MIN;
  std::string subject;

 private:
  int64_t until_us_ = INT64_MAX;
  PatternSet match_;
  Filter filter_;
};

/// Past events that are selected, some at a time. One thread.
class PastEvents {
 public:
  virtual ~PastEvents() = default;
  /// The next ones into `out`, cleared. False when there are none left.
  [[nodiscard]] virtual Result<bool> next(std::vector<EventRef>& out) = 0;
  /// What could not be read since the last call, a sentence each.
  [[nodiscard]] std::vector<std::string> take_damages() {
    damaged_ |= !damages_.empty();
    return std::exchange(damages_, {});
  }
  /// Whether there was any.
  [[nodiscard]] bool damaged() const { return damaged_; }
  /// How much was looked at, and how much there is (0: nobody knows), in one unit.
  [[nodiscard]] virtual uint64_t done() const = 0;
  [[nodiscard]] virtual uint64_t total() const = 0;

 protected:
  std::vector<std::string> damages_;

 private:
  bool damaged_ = false;
};

/// Of a journal, up to the newest there is now. Reads some blocks at a time, so that it may take its time
/// with what it has read while a relay goes on writing.
[[nodiscard]] Result<std::unique_ptr<PastEvents>> past_of_journal(JournalFile file, PastSelection selection);
/// Of lines of JSON; the offset of an event is the number of its line.
[[nodiscard]] std::unique_ptr<PastEvents> past_of_lines(std::unique_ptr<JsonlInput> input,
                                                        PastSelection selection);

}  // namespace relay
