#include "journal/block_mend.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "journal/block.h"
#include "journal/block_format.h"

namespace relay {
namespace {

constexpr uint32_t kPolynomial = 0xEDB88320;  // of zlib's CRC-32, lowest bit first

// https://datatracker.ietf.org/doc/html/rfc8878#section-3.1.1.1.1
constexpr size_t kDescriptorAt = BlockHead::kBytes + 4;
constexpr unsigned kContentChecksum = 4;

void flip(std::string& bytes, size_t at, unsigned bit) {
  bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ 1U << bit);
}

// One in what the checksum does not cover: the magic, and the checksum itself.
bool mend_front(std::string& block, uint32_t off) {
  int bits = std::popcount(off);
  for (size_t i = 0; i < kBlockMagic.size(); ++i)
    bits += std::popcount(static_cast<unsigned char>(block[i] ^ kBlockMagic[i]));
  if (bits != 1) return false;
  const uint32_t sum = block_checksum(block);
  block.replace(0, kBlockMagic.size(), kBlockMagic);
  std::memcpy(block.data() + kBlockMagic.size(), &sum, sizeof sum);
  return true;
}

// A bit's effect on the checksum is the polynomial, divided by x once for every bit behind it.
bool mend_rest(std::string& block, uint32_t off) {
  uint32_t effect = kPolynomial;
  for (size_t at = block.size(); at-- > kBlockCheckedAt;) {
    for (unsigned bit = 8; bit-- > 0;) {
      if (effect == off) {
        flip(block, at, bit);
        return true;
      }
      effect = effect >> 1 ^ ((effect & 1) != 0 ? kPolynomial : 0);
    }
  }
  return false;
}

}  // namespace

std::optional<std::string> mend_block(std::string_view block) {
  if (block.size() <= kDescriptorAt || block[3] != kBlockMagic[3]) return std::nullopt;  // of another version
  uint32_t stored = 0;
  std::memcpy(&stored, block.data() + kBlockMagic.size(), sizeof stored);
  const uint32_t off = stored ^ block_checksum(block);
  std::string mended(block);
  const bool found =
      mend_front(mended, off) || (mended.starts_with(kBlockMagic) && off != 0 && mend_rest(mended, off));
  if (!found || (static_cast<unsigned char>(mended[kDescriptorAt]) & kContentChecksum) == 0)
    return std::nullopt;
  return mended;
}

}  // namespace relay
