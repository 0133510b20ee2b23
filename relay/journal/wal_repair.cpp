#include "journal/wal_repair.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

// The file's format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log

namespace relay {
namespace {

constexpr size_t kHead = 32, kFrameHead = 24, kSalts = 8;
constexpr uint32_t kMagic = 0x377f0682;  // or with the lowest bit set: checksums are of big-endian words
constexpr uint32_t kVersion = 3007000;
constexpr size_t kEnough = 4;

using Bytes = std::vector<unsigned char>;

uint32_t big_endian(const unsigned char* at) {
  return uint32_t{at[0]} << 24 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 8 | at[3];
}

struct Checksum {
  uint32_t first = 0, second = 0;
  bool operator==(const Checksum&) const = default;
};

Checksum stored_at(const unsigned char* at) { return {big_endian(at), big_endian(at + 4)}; }

void store(Checksum sum, unsigned char* at) {
  for (const uint32_t word : {sum.first, sum.second})
    for (int shift = 24; shift >= 0; shift -= 8) *at++ = static_cast<unsigned char>(word >> shift);
}

/// Pieces of 8 bytes, as the checksum takes them.
struct Words {
  bool big;
  [[nodiscard]] uint32_t at(const unsigned char* word) const {
    return big ? big_endian(word)
               : uint32_t{word[3]} << 24 | uint32_t{word[2]} << 16 | uint32_t{word[1]} << 8 | word[0];
  }
  void flip(unsigned char* word, int bit) const {
    const int byte = big ? 3 - bit / 8 : bit / 8;
    word[byte] = static_cast<unsigned char>(word[byte] ^ 1 << bit % 8);
  }
};

Checksum checksum(Words words, const unsigned char* bytes, size_t size, Checksum sum) {
  for (size_t i = 0; i < size; i += 8) {
    sum.first += words.at(bytes + i) + sum.second;
    sum.second += words.at(bytes + i + 4) + sum.first;
  }
  return sum;
}

/// A part of the file with the checksum it should have: what is summed is `bytes` without `left_out`.
struct Summed {
  std::vector<std::pair<size_t, size_t>> parts;  // begin, end
  size_t checksum_at;
};

const Summed kHeadSum{{{0, 24}}, 24};

Summed frame_sum(size_t page) { return {{{0, 8}, {kFrameHead, kFrameHead + page}}, 16}; }

Checksum sum_of(Words words, const Bytes& bytes, const Summed& summed, Checksum seed) {
  for (const auto& [begin, end] : summed.parts)
    seed = checksum(words, bytes.data() + begin, end - begin, seed);
  return seed;
}

// Where one flipped bit of `bytes` explains that its checksum does not fit: each as what it would be without.
// The sum is linear, so a bit that changes a word by d changes it by d times what depends on the place alone.
// Of several in what is summed none is better than another, so a few are enough.
std::vector<Bytes> candidates(Words words, const Bytes& bytes, const Summed& summed, Checksum seed) {
  std::vector<Bytes> found;
  const Checksum is = sum_of(words, bytes, summed, seed);
  const Checksum wanted = stored_at(bytes.data() + summed.checksum_at);
  const Checksum off{wanted.first - is.first, wanted.second - is.second};
  if (std::popcount(wanted.first ^ is.first) + std::popcount(wanted.second ^ is.second) == 1) {
    found.push_back(bytes);
    store(is, found.back().data() + summed.checksum_at);
  }
  Checksum of_first{1, 1}, of_second{0, 1};  // what a change by one does, in the last piece
  const auto further = [](Checksum& effect) {
    effect.first += effect.second;
    effect.second += effect.first;
  };
  for (auto part = summed.parts.rbegin(); part != summed.parts.rend(); ++part) {
    for (size_t piece = part->second; piece > part->first; piece -= 8) {
      for (const auto& [at, effect] : {std::pair{piece - 8, of_first}, std::pair{piece - 4, of_second}}) {
        const uint32_t word = words.at(bytes.data() + at);
        for (int bit = 0; bit < 32; ++bit) {
          const uint32_t one = uint32_t{1} << bit;
          const uint32_t change = (word & one) != 0 ? -one : one;
          if (effect.first * change != off.first || effect.second * change != off.second) continue;
          found.push_back(bytes);
          words.flip(found.back().data() + at, bit);
          if (found.size() == kEnough) return found;
        }
      }
      further(of_first);
      further(of_second);
    }
  }
  return found;
}

/// A write-ahead log, frame by frame.
class Wal {
 public:
  Wal(int descriptor, std::string path, bool writes)
      : descriptor_(descriptor), path_(std::move(path)), writes_(writes) {}
  ~Wal() { ::close(descriptor_); }
  Wal(const Wal&) = delete;
  Wal& operator=(const Wal&) = delete;

  Result<WalState> repair() {
    WalState state;
    Bytes head(kHead);
    if (!read(0, head)) return state;
    if (!head_fits(head)) {
      if (!mend_head(head)) return state;
      if (Status kept = write(0, head); !kept) return tl::unexpected(kept.error());
      ++state.mended;
    }
    take_head(head);
    // The chain of checksums as it was, and as it is now: different behind a page that stays damaged.
    Checksum was = stored_at(head.data() + 24), chain = was;
    Bytes frame(kFrameHead + page_);
    for (size_t number = 0; read(place(number), frame); ++number) {
      const Bytes before = frame;
      if (!fits(frame, was)) {
        switch (mend(frame, was, number)) {
          case Mend::whole:
            ++state.mended;
            break;
          case Mend::damaged:
            ++state.damaged;
            break;
          case Mend::end:
            state.lost = commits_from(number);
            return finish(state);
        }
      }
      was = stored_at(frame.data() + 16);
      chain = sum_of(words_, frame, frame_sum(page_), chain);
      store(chain, frame.data() + 16);
      if (frame == before) continue;
      if (Status kept = write(place(number), frame); !kept) return tl::unexpected(kept.error());
    }
    return finish(state);
  }

 private:
  enum class Mend { whole, damaged, end };

  Result<WalState> finish(const WalState& state) {
    if (state.mended + state.damaged > 0 && writes_ && ::fsync(descriptor_) != 0) return failed();
    return state;
  }

  static bool is_head(const Bytes& head) {
    const uint32_t page = big_endian(head.data() + 8);
    return (big_endian(head.data()) & ~uint32_t{1}) == kMagic && big_endian(head.data() + 4) == kVersion &&
           page >= 512 && page <= 65536 && std::has_single_bit(page);
  }
  static Words words_of(const Bytes& head) { return {(big_endian(head.data()) & 1) != 0}; }
  static bool head_fits(const Bytes& head) {
    return is_head(head) && sum_of(words_of(head), head, kHeadSum, {}) == stored_at(head.data() + 24);
  }
  void take_head(const Bytes& head) {
    words_ = words_of(head);
    page_ = big_endian(head.data() + 8);
    salts_ = Bytes(head.begin() + 16, head.begin() + 24);
  }

  // Few enough bits to try them all. The first frame tells which is right.
  bool mend_head(Bytes& head) {
    for (size_t bit = 0; bit < kHead * 8; ++bit) {
      Bytes tried = head;
      tried[bit / 8] = static_cast<unsigned char>(tried[bit / 8] ^ 1 << bit % 8);
      if (!head_fits(tried)) continue;
      take_head(tried);
      Bytes frame(kFrameHead + page_);
      if (!read(place(0), frame) || !fits(frame, stored_at(tried.data() + 24))) continue;
      head = std::move(tried);
      return true;
    }
    return false;
  }

  [[nodiscard]] off_t place(size_t frame) const {
    return static_cast<off_t>(kHead + frame * (kFrameHead + page_));
  }
  [[nodiscard]] int salts_off(const Bytes& frame) const {
    int bits = 0;
    for (size_t i = 0; i < kSalts; ++i)
      bits += std::popcount(static_cast<unsigned char>(frame[8 + i] ^ salts_[i]));
    return bits;
  }
  [[nodiscard]] bool sum_fits(const Bytes& frame, Checksum seed) const {
    return sum_of(words_, frame, frame_sum(page_), seed) == stored_at(frame.data() + 16);
  }
  [[nodiscard]] bool fits(const Bytes& frame, Checksum seed) const {
    return salts_off(frame) == 0 && sum_fits(frame, seed);
  }

  // The next frame goes on from this one's checksum, whatever has become of what is summed.
  Mend mend(Bytes& frame, Checksum seed, size_t number) const {
    if (salts_off(frame) == 1 && sum_fits(frame, seed)) {
      std::copy(salts_.begin(), salts_.end(), frame.begin() + 8);
      return Mend::whole;
    }
    if (salts_off(frame) != 0) return Mend::end;  // or an older frame, behind the end
    std::vector<Bytes> found = candidates(words_, frame, frame_sum(page_), seed);
    Bytes next(kFrameHead + page_);
    const bool last = !read(place(number + 1), next) || salts_off(next) > 1;
    const auto leads_on = [&](const Bytes& each) {
      return last || sum_fits(next, stored_at(each.data() + 16));
    };
    std::erase_if(found, [&](const Bytes& each) { return !leads_on(each); });
    if (found.size() == 1) {
      frame = std::move(found.front());
      return Mend::whole;
    }
    // What was torn by a power failure is not one bit away from fitting.
    return !found.empty() || (!last && leads_on(frame)) ? Mend::damaged : Mend::end;
  }

  // A commit was on the disk before the next frame was begun.
  [[nodiscard]] uint64_t commits_from(size_t number) const {
    uint64_t commits = 0, unsure = 0;
    Bytes head(kFrameHead);
    for (; read(place(number), head); ++number) {
      if (salts_off(head) != 0) continue;
      commits += std::exchange(unsure, 0);
      if (big_endian(head.data() + 4) != 0) unsure = 1;
    }
    return commits;
  }

  [[nodiscard]] bool read(off_t at, Bytes& into) const {
    return ::pread(descriptor_, into.data(), into.size(), at) == static_cast<ssize_t>(into.size());
  }
  [[nodiscard]] Status write(off_t at, const Bytes& bytes) {
    if (!writes_) return {};
    if (::pwrite(descriptor_, bytes.data(), bytes.size(), at) == static_cast<ssize_t>(bytes.size()))
      return {};
    return failed();
  }
  [[nodiscard]] tl::unexpected<Error> failed() const {
    return fail("journal_failed", path_, std::string("cannot be mended (") + std::strerror(errno) + ")");
  }

  const int descriptor_;
  const std::string path_;
  const bool writes_;
  Words words_{};
  size_t page_ = 0;
  Bytes salts_;
};

Result<WalState> walk(const std::filesystem::path& wal, bool writes) {
  const int descriptor = ::open(wal.c_str(), (writes ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0 && errno == ENOENT) return WalState{};
  if (descriptor < 0)
    return fail("journal_read_only", wal.string(),
                std::string("cannot be opened (") + std::strerror(errno) +
                    "); the relay's user needs to own its directory");
  return Wal(descriptor, wal.string(), writes).repair();
}

}  // namespace

Result<WalState> repair_wal(const std::filesystem::path& wal) { return walk(wal, true); }

Result<WalState> check_wal(const std::filesystem::path& wal) { return walk(wal, false); }

}  // namespace relay
