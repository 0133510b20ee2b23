#include "journal/dictionary.h"

#include <zdict.h>

#include <algorithm>
#include <vector>

#include "journal/block.h"
#include "journal/journal_file.h"

namespace relay {
namespace {

constexpr size_t kFewestEvents = 1000;
constexpr size_t kFewestBytes = 256 << 10;
constexpr size_t kMostEvents = 10000;
constexpr size_t kMostBytes = 2 << 20;  // more takes longer, and teaches nothing
constexpr int kBlocksAtOnce = 64;

/// Events one behind the other, as zstd learns from them.
struct Samples {
  std::string bytes;
  std::vector<size_t> sizes;

  [[nodiscard]] bool enough() const { return bytes.size() >= kMostBytes || sizes.size() >= kMostEvents; }

  void add(const Event& event) {
    const std::string plain = BlockEncoder::plain(event);
    bytes += plain;
    sizes.push_back(plain.size());
  }

  [[nodiscard]] std::string train() const {
    if (sizes.size() < kFewestEvents || bytes.size() < kFewestBytes) return "";
    std::string dictionary(kDictionaryBytes, '\0');
    const size_t size = ZDICT_trainFromBuffer(dictionary.data(), dictionary.size(), bytes.data(),
                                              sizes.data(), static_cast<unsigned>(sizes.size()));
    dictionary.resize(ZDICT_isError(size) != 0 ? 0 : size);
    return dictionary;
  }
};

}  // namespace

Result<uint32_t> train_dictionary(JournalFile& file, BlockDecoder& decoder) {
  const auto bounds = file.bounds();
  if (!bounds) return tl::unexpected(bounds.error());
  Samples samples;
  std::vector<EventRef> events;
  uint64_t next = bounds->last < kMostEvents ? 1 : bounds->last - kMostEvents + 1;
  while (next <= bounds->last && !samples.enough()) {
    const uint64_t from = next;
    next = UINT64_MAX;
    const Status read =
        file.read(from, std::nullopt, kBlocksAtOnce, [&](const JournalFile::StoredBlock& block) {
          next = block.last + 1;
          events.clear();
          if (decoder.decode(block.bytes, events))  // what is damaged teaches nothing
            for (const EventRef& event : events)
              if (event->offset() >= from && !samples.enough()) samples.add(*event);
          return !samples.enough();
        });
    if (!read) return tl::unexpected(read.error());
  }
  const std::string dictionary = samples.train();
  if (dictionary.empty()) return 0;
  return file.add_dictionary(dictionary);
}

}  // namespace relay
