#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>

namespace plugins {

/// SipHash-2-4: a hash whose collisions nobody can choose who does not know the key. [any-thread]
class SipHash {
 public:
  constexpr SipHash(uint64_t key0, uint64_t key1) : key0_(key0), key1_(key1) {}
  /// With a key of its own, for tables that live in this process.
  static SipHash random() {
    std::random_device device;
    const auto word = [&device] { return (uint64_t{device()} << 32) | device(); };
    const uint64_t key0 = word();
    return {key0, word()};
  }

  [[nodiscard]] constexpr uint64_t operator()(std::string_view text) const {
    State state{key0_ ^ 0x736f6d6570736575u, key1_ ^ 0x646f72616e646f6du, key0_ ^ 0x6c7967656e657261u,
                key1_ ^ 0x7465646279746573u};
    size_t at = 0;
    for (; text.size() - at >= 8; at += 8) state.take(word(text.substr(at, 8)));
    state.take((uint64_t{text.size()} << 56) | word(text.substr(at)));
    return state.finish();
  }

 private:
  struct State {
    uint64_t v0, v1, v2, v3;

    constexpr void round() {
      v0 += v1;
      v2 += v3;
      v1 = std::rotl(v1, 13) ^ v0;
      v3 = std::rotl(v3, 16) ^ v2;
      v0 = std::rotl(v0, 32) + v3;
      v2 += v1;
      v3 = std::rotl(v3, 21) ^ v0;
      v1 = std::rotl(v1, 17) ^ v2;
      v2 = std::rotl(v2, 32);
    }
    constexpr void take(uint64_t word) {
      v3 ^= word;
      round();
      round();
      v0 ^= word;
    }
    constexpr uint64_t finish() {
      v2 ^= 0xff;
      for (int i = 0; i < 4; ++i) round();
      return v0 ^ v1 ^ v2 ^ v3;
    }
  };

  // Up to eight bytes, the first one lowest.
  static constexpr uint64_t word(std::string_view bytes) {
    uint64_t value = 0;
    for (size_t i = 0; i < bytes.size(); ++i)
      value |= uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return value;
  }

  uint64_t key0_;
  uint64_t key1_;
};

// The example of the SipHash paper: key 00 01 … 0f, input 00 01 … 0e.
static_assert(SipHash(0x0706050403020100,
                      0x0f0e0d0c0b0a0908)(std::string_view("\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16", 15)) ==
              0xa129ca6149be45e5);

}  // namespace plugins
