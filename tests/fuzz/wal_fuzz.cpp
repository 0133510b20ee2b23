// links: seneca_journal
// A write-ahead log that an unclean end left behind, and what is made of it before SQLite reads it.
#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "journal/wal_repair.h"

using namespace relay;

namespace {

// The head of a log of pages of 512 bytes, with the checksum that it needs to be looked at any further.
std::string head() {
  std::string bytes("\x37\x7f\x06\x82\x00\x2d\xe2\x18\x00\x00\x02\x00\x00\x00\x00\x00saltsalt", 24);
  uint32_t first = 0, second = 0;
  const auto word = [&bytes](size_t at) {
    uint32_t value = 0;
    for (size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
  };
  for (size_t at = 0; at < 24; at += 8) {
    first += word(at) + second;
    second += word(at + 4) + first;
  }
  for (const uint32_t sum : {first, second})
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(sum >> shift);
  return bytes;
}

void store(const std::filesystem::path& path, const std::string& bytes) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0 || ::write(descriptor, bytes.data(), bytes.size()) < 0) __builtin_trap();
  ::close(descriptor);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::filesystem::path kPath =
      std::filesystem::temp_directory_path() / ("seneca-wal-fuzz-" + std::to_string(::getpid()));
  if (size == 0) return 0;
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) bytes = head() + bytes;
  store(kPath, bytes);
  const auto before = check_wal(kPath);
  const auto repaired = repair_wal(kPath);
  if (!before || !repaired) __builtin_trap();
  if (before->mended != repaired->mended || before->damaged != repaired->damaged ||
      before->lost != repaired->lost)
    __builtin_trap();
  // What is mended stays so. Behind a page that stays damaged the chain is another one.
  const auto after = check_wal(kPath);
  if (!after || (repaired->damaged == 0 && after->mended + after->damaged != 0)) __builtin_trap();
  std::filesystem::remove(kPath);
  return 0;
}
