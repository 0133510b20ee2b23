#pragma once

#include <cstdint>
#include <seneca/json.hpp>
#include <string>

namespace window {

/// Count, sum, least, greatest and average of the numbers of a window. Owned by one thread.
class Statistics {
 public:
  /// `number` is finite.
  void take(double number);
  void clear() { *this = Statistics(); }
  /// Members of a JSON object: "count", "sum", "min", "max" and "avg".
  void append_members(std::string& out) const;
  /// From an object with what `append_members` wrote.
  void restore(const seneca::JsonView& saved);

 private:
  int64_t count_ = 0;
  double sum_ = 0;
  double min_ = 0;
  double max_ = 0;
};

}  // namespace window
