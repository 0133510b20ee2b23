#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/event.h"

struct ZSTD_CCtx_s;
struct ZSTD_CDict_s;
struct ZSTD_DCtx_s;
struct ZSTD_DDict_s;

namespace relay {

/// What is known of a block without decompressing it.
struct BlockHead {
  static constexpr size_t kBytes = 44;

  uint64_t first = 0;       ///< offset of its first event
  uint32_t count = 0;       ///< events, with consecutive offsets
  int64_t oldest_us = 0;    ///< when the earliest and the latest of them happened; the former is the later
  int64_t newest_us = 0;    ///< one when all are transient
  uint32_t dictionary = 0;  ///< 0: none
  uint32_t plain_bytes = 0;

  [[nodiscard]] uint64_t last() const { return first + count - 1; }
  /// What the first kBytes bytes of a block say, be it damaged or not.
  [[nodiscard]] static BlockHead unchecked(std::string_view block);
};

/// Writes events into blocks, the unit that the journal stores, reads and loses.
///
///     4  "SNB" and the format's version, 1
///     4  CRC-32 of everything behind it
///     8  first offset        4  events           4  dictionary
///     8  oldest time (µs)    8  newest time      4  bytes of the events, decompressed
///     …  the events, one zstd frame
///
/// Numbers are little-endian. An event is its time (µs, zigzag varint, less that of the one before), a byte
/// of flags (1 backfill, 2 priority chosen, 4 and 8 the priority), and its texts in the order of EventFields,
/// each a varint and its bytes: 0 says "as in the event before", n a text of n - 1 bytes. A transient event
/// is a 0 and the flag 16 alone: it has an offset, and nothing of it is kept.
class BlockEncoder {
 public:
  static constexpr uint32_t kMaxEvents = 4096;
  static constexpr size_t kMaxPlainBytes = 64 << 20;

  /// What is smaller, before it is compressed, gains from a dictionary.
  static constexpr size_t kDictionaryBelow = 64 << 10;

  explicit BlockEncoder(int level = 3);
  ~BlockEncoder();

  /// From now on, small blocks need the dictionary `id` (from 1) to be read, which is `bytes`.
  void use_dictionary(uint32_t id, std::string_view bytes);

  /// `events` have consecutive offsets and are at least one, at most kMaxEvents.
  [[nodiscard]] std::string encode(std::span<const EventRef> events);
  /// The bytes that an event is in a block of its own, before they are compressed.
  [[nodiscard]] static std::string plain(const Event& event);

 private:
  struct End {
    void operator()(ZSTD_CCtx_s* context) const;
    void operator()(ZSTD_CDict_s* dictionary) const;
  };
  const int level_;
  std::unique_ptr<ZSTD_CCtx_s, End> context_;
  std::unique_ptr<ZSTD_CDict_s, End> dictionary_;
  uint32_t dictionary_id_ = 0;
  std::string plain_;
};

/// Reads them back, or says what is damaged. One thread.
class BlockDecoder {
 public:
  /// The bytes of a dictionary, which stay until the next call; null when there is none of that id.
  using Dictionaries = std::function<const std::string*(uint32_t id)>;
  explicit BlockDecoder(Dictionaries dictionaries = {});
  ~BlockDecoder();

  /// The head of an intact block. Errors `block_damaged`, `block_too_new`.
  [[nodiscard]] static Result<BlockHead> head(std::string_view block);
  /// All of its events but the transient ones, with their offsets, appended to `out`; nothing is appended on
  /// error, code `block_damaged`, `block_too_new` or `dictionary_missing`.
  [[nodiscard]] Status decode(std::string_view block, std::vector<EventRef>& out);

 private:
  struct End {
    void operator()(ZSTD_DCtx_s* context) const;
    void operator()(ZSTD_DDict_s* dictionary) const;
  };
  [[nodiscard]] Status use_dictionary(uint32_t id);

  Dictionaries dictionaries_;
  std::unique_ptr<ZSTD_DCtx_s, End> context_;
  std::unique_ptr<ZSTD_DDict_s, End> dictionary_;  // the last one used
  uint32_t dictionary_id_ = 0;
  std::string plain_;
};

}  // namespace relay
