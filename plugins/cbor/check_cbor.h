// Whether bytes are one CBOR item (RFC 8949) that JSON can say, before anything that recurses reads them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace seneca_cbor {

/// "" when they are: maps with text keys, arrays, texts, whole and finite numbers, booleans, null; nested at
/// most 64 levels deep, with nothing behind. Else what they hold instead.
class Check {
 public:
  static const char* run(std::string_view bytes) {
    Check check(bytes);
    while (check.why_ == nullptr && !check.done_) check.item();
    if (check.why_ == nullptr && !check.rest_.empty()) check.why_ = "something behind its end";
    return check.why_ == nullptr ? "" : check.why_;
  }

 private:
  static constexpr uint64_t kOpen = UINT64_MAX;  // until a break
  static constexpr size_t kLevels = 64;

  struct Level {
    uint64_t left;  // items still to come, two for each member of a map
    bool map;
    bool key;  // a key is next
  };

  explicit Check(std::string_view bytes) : rest_(bytes) {}

  uint8_t byte() {
    if (rest_.empty()) why_ = "an end too early";
    if (why_ != nullptr) return 0;
    const auto value = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  uint64_t number(size_t bytes) {
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; ++i) value = value << 8 | byte();
    return value;
  }
  // The number of an item's head: kOpen for an indefinite length, where that is allowed.
  uint64_t argument(uint8_t info, bool may_be_open) {
    if (info < 24) return info;
    if (info <= 27) {
      const uint64_t value = number(size_t{1} << (info - 24));
      if (may_be_open && value == kOpen) why_ = "an end too early";  // nothing has so many
      return value;
    }
    if (info == 31 && may_be_open) return kOpen;
    why_ = "a reserved length";
    return 0;
  }

  void item() {
    const uint8_t head = byte();
    if (why_ != nullptr) return;
    const auto major = static_cast<uint8_t>(head >> 5);
    const auto info = static_cast<uint8_t>(head & 31);
    if (head == 0xFF) return end_open();
    if (depth_ > 0 && levels_[depth_ - 1].map && levels_[depth_ - 1].key && major != 3) {
      why_ = "a key that is no text";
      return;
    }
    switch (major) {
      case 0:
        argument(info, false);
        return item_done();
      case 1:
        if (argument(info, false) > INT64_MAX) why_ = "a whole number below -2^63";
        return item_done();
      case 3:
        return text(info);
      case 4:
      case 5:
        return enter(major == 5, argument(info, true));
      case 7:
        return simple(info);
      default:
        why_ = major == 2 ? "a byte string" : "a tag";
    }
  }

  void text(uint8_t info) {
    const uint64_t length = argument(info, true);
    if (length == kOpen) {
      for (uint8_t head = byte(); why_ == nullptr && head != 0xFF; head = byte()) {
        if (head >> 5 != 3) why_ = "a text with a part that is none";
        skip(argument(head & 31, false));
      }
    } else {
      skip(length);
    }
    item_done();
  }
  void skip(uint64_t length) {
    if (why_ == nullptr && length > rest_.size()) why_ = "an end too early";
    if (why_ == nullptr) rest_.remove_prefix(static_cast<size_t>(length));
  }

  void simple(uint8_t info) {
    const auto finite = [this, info](unsigned bits, unsigned exponent_bits) {
      const uint64_t exponent = number(size_t{1} << (info - 24)) >> bits & ((1U << exponent_bits) - 1);
      if (why_ == nullptr && exponent == (1U << exponent_bits) - 1) why_ = "an infinite number, or none";
    };
    if (info == 25)
      finite(10, 5);
    else if (info == 26)
      finite(23, 8);
    else if (info == 27)
      finite(52, 11);
    else if (info < 20 || info > 22)
      why_ = "a value that JSON does not have";
    item_done();
  }

  void enter(bool map, uint64_t count) {
    if (why_ != nullptr) return;
    if (count == 0) return item_done();
    if (depth_ == kLevels) {
      why_ = "more than 64 levels";
      return;
    }
    if (count != kOpen && count > rest_.size()) {  // each item takes a byte
      why_ = "an end too early";
      return;
    }
    levels_[depth_++] = {map && count != kOpen ? count * 2 : count, map, map};
  }
  void end_open() {
    if (depth_ == 0 || levels_[depth_ - 1].left != kOpen ||
        (levels_[depth_ - 1].map && !levels_[depth_ - 1].key)) {
      why_ = "an end where nothing ends";
      return;
    }
    --depth_;
    item_done();
  }
  // Of what surrounds it as well, where it was the last one.
  void item_done() {
    if (why_ != nullptr) return;
    while (depth_ > 0) {
      Level& level = levels_[depth_ - 1];
      level.key = level.map && !level.key;
      if (level.left == kOpen || --level.left > 0) return;
      --depth_;
    }
    done_ = true;
  }

  std::string_view rest_;
  std::array<Level, kLevels> levels_{};
  size_t depth_ = 0;
  bool done_ = false;
  const char* why_ = nullptr;
};

}  // namespace seneca_cbor
