// links: seneca_journal
#include <zlib.h>
#include <zstd.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "journal/block.h"
#include "journal/block_mend.h"

using namespace relay;

namespace {

template <class Number>
void put(std::string& block, size_t at, Number value) {
  std::memcpy(block.data() + at, &value, sizeof value);
}

void check_sum(std::string& block) {
  if (block.size() < BlockHead::kBytes) return;
  put(block, 4,
      static_cast<uint32_t>(
          ::crc32(0, reinterpret_cast<const Bytef*>(block.data()) + 8, static_cast<uInt>(block.size() - 8))));
}

// A block whose frame holds `plain`, whatever that is.
std::string block_of(const std::string& plain, uint8_t count) {
  std::string block(BlockHead::kBytes + ZSTD_compressBound(plain.size()), '\0');
  const size_t packed = ZSTD_compress(block.data() + BlockHead::kBytes, block.size() - BlockHead::kBytes,
                                      plain.data(), plain.size(), 1);
  block.resize(BlockHead::kBytes + packed);
  std::memcpy(block.data(), "SNB\x01", 4);
  put(block, 8, uint64_t{7});
  put(block, 16, uint32_t{count});
  put(block, 40, static_cast<uint32_t>(plain.size()));
  check_sum(block);
  return block;
}

}  // namespace

// A block as a failing disk may leave it, and one that says nonsense with a right checksum.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  std::string bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  if (data[0] % 3 == 0) check_sum(bytes);
  if (data[0] % 3 == 1) bytes = block_of(bytes, data[1]);
  if (bytes.size() >= BlockHead::kBytes) {
    uint32_t plain_bytes = 0;
    std::memcpy(&plain_bytes, bytes.data() + 40, sizeof plain_bytes);
    if (plain_bytes > (1u << 20)) return 0;  // allowed, and slow
  }
  BlockDecoder decoder;
  std::vector<EventRef> events;
  const Status decoded = decoder.decode(bytes, events);
  if (!decoded && !events.empty()) __builtin_trap();
  for (const EventRef& event : events)
    if (event->offset() == 0) __builtin_trap();
  if (const auto mended = mend_block(bytes)) {
    const auto head = BlockDecoder::head(*mended);
    if (!head && head.error().message.find("checksum") != std::string::npos) __builtin_trap();
  }
  return 0;
}
