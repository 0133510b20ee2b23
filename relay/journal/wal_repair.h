#pragma once

#include <cstdint>
#include <filesystem>

#include "base/result.h"

namespace relay {

/// What an unclean end has left in a write-ahead log of SQLite.
struct WalState {
  uint64_t mended = 0;   ///< frames with a flipped bit that is put right, or could be
  uint64_t damaged = 0;  ///< those with more: what is in them is for others to find damaged
  uint64_t lost = 0;     ///< commits behind damage beyond that: SQLite will not see them
};

/// Puts right what SQLite would take for the end: it reads its write-ahead log up to the first frame whose
/// checksum does not fit, and forgets every commit behind it. Here one flipped bit is found by that checksum
/// and flipped back, if only one place explains it. Otherwise, if the next frame goes on from the checksum,
/// only the page in this one is damaged, which costs less than all that comes behind: its checksum is made to
/// fit. It may hold parts of blocks, which have checksums of their own. What was being written when the
/// machine stopped is no damage. Without a file there is nothing to do.
///
/// Call while nobody has the database open. Memory: a page. Errors `journal_read_only`, `journal_failed`.
[[nodiscard]] Result<WalState> repair_wal(const std::filesystem::path& wal);
/// What that would say, with nothing written.
[[nodiscard]] Result<WalState> check_wal(const std::filesystem::path& wal);

}  // namespace relay
