#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include <seneca/json.hpp>

namespace relay {

/// The members of a text's outermost object, in order, as check_json comes by them: so that what was checked
/// need not be searched again. Borrows the text. Up to kFew members cost no allocation; used again, more do
/// not either.
class JsonOutline {
 public:
  JsonOutline() = default;
  /// The object that is member `key`, written without escapes, gets an outline of its own: `inside`.
  JsonOutline(std::string_view key, JsonOutline& inside) : inside_key_(key), inside_(&inside) {}

  /// The object begins at `object`.
  void begin(const char* object) {
    clear();
    object_ = object;
  }
  void clear() {
    object_ = nullptr;
    count_ = 0;
    many_.clear();
  }
  /// Whether it is this object's; `object` is a part of the text that was checked.
  [[nodiscard]] bool is_of(std::string_view object) const {
    return object_ != nullptr && object_ == object.data();
  }
  /// Where the members of member `key`'s value belong, or null.
  [[nodiscard]] JsonOutline* inside(std::string_view key) const {
    return inside_ != nullptr && key == inside_key_ ? inside_ : nullptr;
  }
  void add(const seneca::JsonMember& member) {
    if (count_ < kFew) {
      few_[count_++] = member;
      return;
    }
    if (count_++ == kFew) many_.assign(few_.begin(), few_.end());
    many_.push_back(member);
  }
  [[nodiscard]] std::span<seneca::JsonMember> members() {
    return count_ <= kFew ? std::span(few_).first(count_) : std::span(many_);
  }
  [[nodiscard]] std::span<const seneca::JsonMember> members() const {
    return count_ <= kFew ? std::span(few_).first(count_) : std::span(many_);
  }

 private:
  static constexpr size_t kFew = 16;

  std::string_view inside_key_;
  JsonOutline* inside_ = nullptr;
  const char* object_ = nullptr;
  std::array<seneca::JsonMember, kFew> few_;
  std::vector<seneca::JsonMember> many_;  // all of them, once there are more
  size_t count_ = 0;
};

}  // namespace relay
