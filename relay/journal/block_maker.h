#pragma once

#include <span>
#include <vector>

#include "journal/block.h"
#include "journal/journal_file.h"

namespace relay {

/// Cuts events with consecutive offsets into blocks. One thread.
class BlockMaker {
 public:
  /// Appends the blocks of `events` to `out`.
  void make(std::span<const EventRef> events, std::vector<JournalFile::NewBlock>& out);
  [[nodiscard]] BlockEncoder& encoder() { return encoder_; }

 private:
  BlockEncoder encoder_;
};

}  // namespace relay
