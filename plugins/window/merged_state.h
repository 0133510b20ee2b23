#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <seneca/json.hpp>
#include <string>
#include <string_view>

namespace window {

/// The members that the data of several events have had last: null takes one away. At most so many bytes;
/// what does not fit is left out and told. Owned by one thread.
class MergedState {
 public:
  explicit MergedState(size_t max_bytes) : max_bytes_(max_bytes) {}

  /// Whether it is another state with `data`, an object.
  bool take(const seneca::JsonView& data);
  /// Members of a JSON object: "events", "state" and, if something did not fit, "truncated".
  void append_members(std::string& out) const;
  /// From an object with what `append_members` wrote.
  void restore(const seneca::JsonView& saved);

 private:
  bool set(const std::string& name, std::string_view json);
  bool remove(const std::string& name);

  size_t max_bytes_;
  size_t bytes_ = 0;
  int64_t events_ = 0;
  bool truncated_ = false;
  std::map<std::string, std::string, std::less<>> members_;
};

}  // namespace window
