#include "codec/socket_io_placeholder.h"

#include <algorithm>
#include <seneca/json.hpp>
#include <vector>

namespace relay {
namespace {

/// What one open object says about itself.
struct Level {
  bool placeholder = false;
  bool in_range = false;
};

class PlaceholderScan {
 public:
  PlaceholderScan(std::string_view json, uint32_t attachments) : json_(json), attachments_(attachments) {}

  bool run() {
    for (at_ = 0; at_ < json_.size(); ++at_) {
      switch (json_[at_]) {
        case '{':
          levels_.emplace_back();
          break;
        case '}':
          if (levels_.back().placeholder && !levels_.back().in_range) return false;
          levels_.pop_back();
          break;
        case '"':
          string();
          break;
        default:
          break;
      }
    }
    return true;
  }

 private:
  // Ends on the closing quote. Only a key is followed by a colon.
  void string() {
    const size_t begin = at_ + 1;
    for (at_ = begin; json_[at_] != '"'; ++at_)
      if (json_[at_] == '\\') ++at_;
    const std::string_view key = json_.substr(begin, at_ - begin);
    const size_t colon = after_space(at_ + 1);
    if (colon == json_.size() || json_[colon] != ':') return;
    member(key, json_.substr(after_space(colon + 1)));
  }

  void member(std::string_view raw_key, std::string_view value_on) {
    // A repeated key counts the last time, as it does for the clients.
    if (seneca::json_text_equals(raw_key, "_placeholder"))
      levels_.back().placeholder = value_on.starts_with("true");
    if (!seneca::json_text_equals(raw_key, "num")) return;
    const seneca::JsonView number(value_on.substr(0, value_on.find_first_of(",}] \t\r\n")));
    const int64_t index = number.is_number() ? number.integer(-1) : -1;
    levels_.back().in_range = index >= 0 && index < static_cast<int64_t>(attachments_);
  }

  [[nodiscard]] size_t after_space(size_t at) const {
    return std::min(json_.find_first_not_of(" \t\r\n", at), json_.size());
  }

  const std::string_view json_;
  const uint32_t attachments_;
  size_t at_ = 0;
  std::vector<Level> levels_;
};

}  // namespace

bool placeholders_in_range(std::string_view json, uint32_t attachments) {
  return PlaceholderScan(json, attachments).run();
}

}  // namespace relay
