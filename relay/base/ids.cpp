#include "base/ids.h"

#include <sys/random.h>

#include <array>
#include <cstddef>

namespace relay {
namespace {

// One system call per 4 KiB of randomness; each thread has its own pool, so no lock.
void random_bytes(uint8_t* out, size_t count) {
  thread_local std::array<uint8_t, 4096> pool;
  thread_local size_t used = pool.size();
  for (size_t i = 0; i < count; ++i) {
    if (used == pool.size()) {
      for (size_t filled = 0; filled < pool.size();) {
        const ssize_t got = getrandom(pool.data() + filled, pool.size() - filled, 0);
        if (got > 0) filled += static_cast<size_t>(got);
      }
      used = 0;
    }
    out[i] = pool[used];
    pool[used++] = 0;
  }
}

}  // namespace

std::string random_id() {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  std::array<uint8_t, 20> bytes;
  random_bytes(bytes.data(), bytes.size());
  std::string id(bytes.size(), '\0');
  for (size_t i = 0; i < bytes.size(); ++i) id[i] = kAlphabet[bytes[i] & 63];
  return id;
}

std::string uuid_v7(int64_t wall_us) {
  std::array<uint8_t, 16> bytes;
  random_bytes(bytes.data(), bytes.size());
  const auto milliseconds = static_cast<uint64_t>(wall_us / 1000);
  for (size_t i = 0; i < 6; ++i) bytes[i] = static_cast<uint8_t>(milliseconds >> (40 - 8 * i));
  bytes[6] = static_cast<uint8_t>(0x70 | (bytes[6] & 0x0f));
  bytes[8] = static_cast<uint8_t>(0x80 | (bytes[8] & 0x3f));
  std::string text;
  text.reserve(36);
  for (size_t i = 0; i < bytes.size(); ++i) {
    constexpr char kDigits[] = "0123456789abcdef";
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
    if (i == 3 || i == 5 || i == 7 || i == 9) text += '-';
  }
  return text;
}

}  // namespace relay
