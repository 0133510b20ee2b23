#include "journal/head_copy.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// What is where in the first page: https://www.sqlite.org/fileformat2.html#the_database_header

namespace relay {
namespace {

constexpr std::string_view kMagic{"SNH\1", 4};
constexpr size_t kCheckedAt = 8;  // behind the magic and a CRC-32
constexpr std::string_view kSqlite{"SQLite format 3\0", 16};
constexpr size_t kPageSizeAt = 16, kChangesAt = 24, kPagesAt = 28, kFreeAt = 32, kValidForAt = 92;
constexpr int kFewBits = 8;

// The counter of changes, the pages of the file and of the free list; the change that the number of pages is
// of, and who made it.
constexpr std::array<std::pair<size_t, size_t>, 2> kChanging{{{24, 40}, {92, 100}}};

std::filesystem::path copy_of(const std::filesystem::path& db) { return db.string() + "-head"; }

class File {
 public:
  File(const std::filesystem::path& path, int flags)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600)) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
  [[nodiscard]] uint64_t size() const {
    struct stat status {};
    return ::fstat(descriptor_, &status) == 0 ? static_cast<uint64_t>(status.st_size) : 0;
  }
  /// At most `most` bytes from the beginning.
  [[nodiscard]] std::string read(size_t most) const {
    std::string bytes(most, '\0');
    const ssize_t count = ::pread(descriptor_, bytes.data(), bytes.size(), 0);
    bytes.resize(count > 0 ? static_cast<size_t>(count) : 0);
    return bytes;
  }
  [[nodiscard]] bool write(std::string_view bytes) const {
    if (::pwrite(descriptor_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
      return false;
    return ::fsync(descriptor_) == 0;
  }

 private:
  const int descriptor_;
};

tl::unexpected<Error> failed(const std::filesystem::path& path) {
  const int error = errno;
  const std::string why = std::string("cannot be written (") + std::strerror(error) + ")";
  if (error == ENOSPC || error == EDQUOT)
    return fail("journal_full", path.string(),
                "has no room: the disk is full; free some, or lower journal.retention");
  if (error == EACCES || error == EPERM || error == EROFS)
    return fail("journal_read_only", path.string(), why + "; the relay's user needs to own its directory");
  return fail("journal_failed", path.string(), why);
}

size_t page_size(std::string_view page) {
  const size_t size = static_cast<size_t>(static_cast<unsigned char>(page[kPageSizeAt])) << 8 |
                      static_cast<unsigned char>(page[kPageSizeAt + 1]);
  return size == 1 ? 65536 : size;
}

uint32_t number_at(std::string_view page, size_t at) {
  uint32_t number = 0;
  for (size_t i = 0; i < 4; ++i) number = number << 8 | static_cast<unsigned char>(page[at + i]);
  return number;
}

uint32_t checksum(std::string_view bytes) {
  return static_cast<uint32_t>(::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::optional<std::string> read_copy(const std::filesystem::path& db) {
  const File file(copy_of(db), O_RDONLY);
  if (!file.is_open()) return std::nullopt;
  const std::string bytes = file.read(kCheckedAt + 65536);
  if (bytes.size() < kCheckedAt + 512 || !bytes.starts_with(kMagic)) return std::nullopt;
  uint32_t sum = 0;
  std::memcpy(&sum, bytes.data() + kMagic.size(), sizeof sum);
  std::string page = bytes.substr(kCheckedAt);
  if (sum != checksum(page) || page_size(page) != page.size()) return std::nullopt;
  return page;
}

int bits_off(std::string_view page, std::string_view copy) {
  int bits = 0;
  for (size_t i = 0; i < copy.size(); ++i)
    bits += std::popcount(static_cast<unsigned char>(page[i] ^ copy[i]));
  return bits;
}

void keep_changing(std::string& page, std::string_view from) {
  for (const auto& [begin, end] : kChanging)
    page.replace(begin, end - begin, from.substr(begin, end - begin));
}

}  // namespace

bool has_head_copy(const std::filesystem::path& db) { return read_copy(db).has_value(); }

Status forget_head_copy(const std::filesystem::path& db) {
  if (::unlink(copy_of(db).c_str()) == 0 || errno == ENOENT) return {};
  return failed(copy_of(db));
}

Status copy_head(const std::filesystem::path& db) {
  const std::string page = [&db] {
    const File file(db, O_RDONLY);
    std::string bytes = file.is_open() ? file.read(65536) : std::string();
    if (bytes.size() >= 512) bytes.resize(std::min(bytes.size(), page_size(bytes)));
    return bytes;
  }();
  if (page.size() < 512 || page_size(page) != page.size()) return {};  // SQLite will say so
  const uint32_t sum = checksum(page);
  std::string bytes(kMagic);
  bytes.append(reinterpret_cast<const char*>(&sum), sizeof sum).append(page);
  const std::filesystem::path copy = copy_of(db), fresh = copy.string() + ".new";
  {
    const File file(fresh, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.is_open() || !file.write(bytes)) return failed(fresh);
  }
  if (::rename(fresh.c_str(), copy.c_str()) != 0) return failed(copy);
  return {};
}

Result<bool> restore_head(const std::filesystem::path& db) {
  const auto copy = read_copy(db);
  if (!copy) return false;
  const File file(db, O_RDWR);
  if (!file.is_open()) return false;
  const std::string found = file.read(copy->size());
  if (found.size() < copy->size()) return false;
  std::string wanted = *copy;
  keep_changing(wanted, found);
  const int off = bits_off(found, wanted);
  if (off > kFewBits && found.starts_with(kSqlite)) return false;
  if (off > kFewBits) {
    // What is no page of SQLite's has no counters that would be worth keeping, and the copy's free pages may
    // have come into use since. But whoever put something else there shall find it again.
    wanted = *copy;
    std::fill_n(wanted.begin() + kFreeAt, 8, '\0');
    const File was(db.string() + "-head-was", O_WRONLY | O_CREAT | O_TRUNC);
    if (!was.is_open() || !was.write(found)) return failed(db);
  }
  // SQLite believes the number of pages if the counters agree, and asks the file's size if they do not. A
  // write-ahead log may have a number of its own.
  const uint64_t pages = file.size() / copy->size();
  std::error_code error;
  const auto wal = std::filesystem::file_size(db.string() + "-wal", error);
  const bool no_wal = error || wal == 0;
  const bool believed = number_at(wanted, kChangesAt) == number_at(wanted, kValidForAt);
  if (off > kFewBits || (no_wal && believed && number_at(wanted, kPagesAt) != pages))
    wanted[kValidForAt] = static_cast<char>(~wanted[kChangesAt]);
  if (wanted == found) return false;
  if (!file.write(wanted)) return failed(db);
  return true;
}

}  // namespace relay
