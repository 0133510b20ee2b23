#include "journal/block_maker.h"

#include "journal/topics.h"

namespace relay {
namespace {

/// What one flipped bit can cost, and what reading one event has to decompress.
constexpr size_t kBlockBytes = 256 << 10;

size_t fitting(std::span<const EventRef> events) {
  size_t count = 0;
  for (size_t bytes = 0; count < events.size() && count < BlockEncoder::kMaxEvents; ++count) {
    bytes += events[count]->footprint();
    if (count > 0 && bytes > kBlockBytes) break;
  }
  return count;
}

}  // namespace

void BlockMaker::make(std::span<const EventRef> events, std::vector<JournalFile::NewBlock>& out) {
  while (!events.empty()) {
    const std::span<const EventRef> some = events.first(fitting(events));
    JournalFile::NewBlock block;
    block.bytes = encoder_.encode(some);
    block.head = *BlockDecoder::head(block.bytes);
    block.topics = topics_of(some);
    out.push_back(std::move(block));
    events = events.subspan(some.size());
  }
}

}  // namespace relay
