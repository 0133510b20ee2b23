#include "window/statistics.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace window {
namespace {

// The shortest text that stands for it; null for what JSON cannot say.
void append_number(std::string& out, const char* name, double number) {
  out += name;
  char text[32];
  const std::to_chars_result end = std::to_chars(text, text + sizeof text, number);
  if (std::isfinite(number))
    out.append(text, end.ptr);
  else
    out += "null";
}

}  // namespace

void Statistics::take(double number) {
  min_ = count_ == 0 ? number : std::min(min_, number);
  max_ = count_ == 0 ? number : std::max(max_, number);
  sum_ += number;
  ++count_;
}

void Statistics::append_members(std::string& out) const {
  out += "\"count\":" + std::to_string(count_);
  append_number(out, ",\"sum\":", sum_);
  append_number(out, ",\"min\":", min_);
  append_number(out, ",\"max\":", max_);
  append_number(out, ",\"avg\":", count_ == 0 ? 0 : sum_ / static_cast<double>(count_));
}

void Statistics::restore(const seneca::JsonView& saved) {
  count_ = saved.get("count").integer();
  sum_ = saved.get("sum").number();
  min_ = saved.get("min").number();
  max_ = saved.get("max").number();
}

}  // namespace window
