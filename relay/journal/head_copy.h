// A copy of the first page of journal.db, beside it in journal.db-head. That page says what the tables are
// and where they begin: without it nothing of a journal could be read, and it is the one page whose loss
// would cost more than a block or a few. Most of it never changes; what does (the counters of changes and of
// pages) is not copied.
#pragma once

#include <filesystem>

#include "base/result.h"

namespace relay {

/// There is one that can be read.
[[nodiscard]] bool has_head_copy(const std::filesystem::path& db);

/// Makes the copy, durably. Call when the first page in the file is as it has to be, and nobody writes it.
/// Errors `journal_full`, `journal_read_only`, `journal_failed`.
[[nodiscard]] Status copy_head(const std::filesystem::path& db);

/// Call before the page changes in earnest, by VACUUM. Errors as above.
[[nodiscard]] Status forget_head_copy(const std::filesystem::path& db);

/// Puts the first page right: what differs from the copy in a few bits, or is no page of SQLite's at all (it
/// is kept in journal.db-head-was); and a size that is not the file's. Anything else is another database, for
/// others to judge. True when there was something to do. Call while nobody has the database open, after
/// repair_wal. Without a copy there is nothing to do. Errors as above.
[[nodiscard]] Result<bool> restore_head(const std::filesystem::path& db);

}  // namespace relay
