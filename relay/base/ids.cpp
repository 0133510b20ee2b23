#include "base/ids.h"

#include <sys/random.h>

#include <array>
#include <cstddef>
#include <cstring>

namespace relay {
namespace {

constexpr size_t kPool = 4096;
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
constexpr size_t kFirst = 32;  // the letters an id may begin with

// One system call per kPool bytes of randomness; each thread has its own pool, so no lock. What was handed
// out is wiped.
void random_bytes(uint8_t* out, size_t count) {
  thread_local std::array<uint8_t, kPool> pool;
  thread_local size_t used = kPool;
  if (count > kPool - used) {
    for (size_t filled = 0; filled < kPool;) {
      const ssize_t got = getrandom(pool.data() + filled, kPool - filled, 0);
      if (got > 0) filled += static_cast<size_t>(got);
    }
    used = 0;
  }
  std::memcpy(out, pool.data() + used, count);
  std::memset(pool.data() + used, 0, count);
  used += count;
}

}  // namespace

std::string random_id() {
  std::array<uint8_t, 20> bytes;
  random_bytes(bytes.data(), bytes.size());
  std::string id(bytes.size(), '\0');
  for (size_t i = 0; i < bytes.size(); ++i) id[i] = kAlphabet[bytes[i] & 63];
  id[0] = kAlphabet[bytes[0] % kFirst];
  return id;
}

std::string random_id(size_t part, size_t parts) {
  std::string id = random_id();
  const size_t drawn = kAlphabet.find(id[0]) * kAlphabet.size() + kAlphabet.find(id[1]);
  size_t number = drawn - drawn % parts + part;
  if (number >= kFirst * kAlphabet.size()) number -= parts;
  id[0] = kAlphabet[number / kAlphabet.size()];
  id[1] = kAlphabet[number % kAlphabet.size()];
  return id;
}

size_t part_of_id(std::string_view id, size_t parts) {
  if (id.size() < 2) return 0;
  const size_t first = kAlphabet.find(id[0]), second = kAlphabet.find(id[1]);
  if (first >= kFirst || second == std::string_view::npos) return 0;
  return (first * kAlphabet.size() + second) % parts;
}

std::string random_hex(size_t bytes) {
  std::array<uint8_t, 64> drawn;
  random_bytes(drawn.data(), bytes);
  std::string text;
  for (size_t i = 0; i < bytes; ++i) {
    text += "0123456789abcdef"[drawn[i] >> 4];
    text += "0123456789abcdef"[drawn[i] & 15];
  }
  return text;
}

std::string uuid_v7(int64_t wall_us) {
  std::array<char, 36> text;
  write_uuid_v7(wall_us, text);
  return {text.data(), text.size()};
}

void write_uuid_v7(int64_t wall_us, std::array<char, 36>& text) {
  std::array<uint8_t, 16> bytes;
  random_bytes(bytes.data() + 6, bytes.size() - 6);
  const auto milliseconds = static_cast<uint64_t>(wall_us / 1000);
  for (size_t i = 0; i < 6; ++i) bytes[i] = static_cast<uint8_t>(milliseconds >> (40 - 8 * i));
  bytes[6] = static_cast<uint8_t>(0x70 | (bytes[6] & 0x0f));
  bytes[8] = static_cast<uint8_t>(0x80 | (bytes[8] & 0x3f));
  char* at = text.data();
  for (size_t i = 0; i < bytes.size(); ++i) {
    constexpr char kDigits[] = "0123456789abcdef";
    *at++ = kDigits[bytes[i] >> 4];
    *at++ = kDigits[bytes[i] & 15];
    if (i == 3 || i == 5 || i == 7 || i == 9) *at++ = '-';
  }
}

}  // namespace relay
