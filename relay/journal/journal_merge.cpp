#include <algorithm>

#include "journal/block_mend.h"
#include "journal/journal_file.h"
#include "journal/sql.h"
#include "journal/topics.h"

namespace relay {
namespace {

constexpr uint64_t kMostStored =
    2 * JournalFile::kMergedBytes;  // what is larger is not small decompressed, too

// The transient events between those that were kept: they have no fields, but the block has to count them.
std::vector<EventRef> with_transients(const std::vector<EventRef>& events, uint64_t first, uint64_t last) {
  std::vector<EventRef> all;
  all.reserve(last - first + 1);
  auto next = events.begin();
  for (uint64_t offset = first; offset <= last; ++offset) {
    if (next != events.end() && (*next)->offset() == offset) {
      all.push_back(*next++);
      continue;
    }
    all.push_back(Event::make({}));
    all.back()->set_offset(offset);
    all.back()->set_transient(true);
  }
  return all;
}

}  // namespace

/// A block that may be merged; one that may not has a count of 0.
struct JournalFile::Candidate {
  uint64_t first = 0, last = 0;
  uint64_t count = 0;
  uint64_t plain_bytes = 0;
};

Result<std::vector<JournalFile::Candidate>> JournalFile::merge_candidates(uint64_t from) {
  auto statement = prepare(
      "SELECT first, last, CASE WHEN length(bytes) <= ?2 THEN bytes END FROM blocks WHERE first >= ?1 "
      "ORDER BY first LIMIT ?3");
  if (!statement) return tl::unexpected(statement.error());
  bind(statement->get(), 1, from);
  bind(statement->get(), 2, kMostStored);
  bind(statement->get(), 3, uint64_t{kLookedAtAtOnce});
  std::vector<Candidate> candidates;
  std::vector<std::pair<uint64_t, std::string>> mended;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement->get())) == SQLITE_ROW) {
    Candidate block{number_of(statement->get(), 0), number_of(statement->get(), 1), 0, 0};
    auto head = BlockDecoder::head(text_of(statement->get(), 2));
    if (!head && head.error().code == "block_damaged") {
      if (auto block_bytes = mend_block(text_of(statement->get(), 2))) {
        head = BlockDecoder::head(*block_bytes);
        if (head && head->first == block.first) mended.emplace_back(block.first, std::move(*block_bytes));
      }
    }
    if (head && head->first == block.first && head->last() == block.last) {
      block.count = head->count;
      block.plain_bytes = head->plain_bytes;
    }
    candidates.push_back(block);
  }
  if (code != SQLITE_DONE) return failed();
  statement->reset();
  for (const auto& [first, bytes] : mended)
    if (Status written = write_back(first, bytes); !written) return tl::unexpected(written.error());
  return candidates;
}

Status JournalFile::write_back(uint64_t first, std::string_view mended) {
  auto statement = prepare("UPDATE blocks SET bytes = ?2 WHERE first = ?1");
  if (!statement) return tl::unexpected(statement.error());
  bind(statement->get(), 1, first);
  bind_blob(statement->get(), 2, mended);
  if (!step(statement->get())) return failed();
  return {};
}

// False when one of them cannot be read after all.
Result<bool> JournalFile::merge_run(std::span<const Candidate> run, BlockEncoder& encoder,
                                    BlockDecoder& decoder) {
  const uint64_t first = run.front().first, last = run.back().last;
  std::vector<EventRef> events;
  bool readable = true;
  const Status seen = read(first, std::nullopt, static_cast<int>(run.size()), [&](const StoredBlock& block) {
    readable = decoder.decode(block.bytes, events).has_value();
    return readable;
  });
  if (!seen) return tl::unexpected(seen.error());
  if (!readable) return false;
  const std::string block = encoder.encode(with_transients(events, first, last));
  const auto head = BlockDecoder::head(block);
  if (!head) return tl::unexpected(head.error());
  const std::string range = " WHERE first BETWEEN " + std::to_string(first) + " AND " + std::to_string(last);
  const Status replaced = transaction([&] {
    Status done = this->run(("DELETE FROM topics" + range + "; DELETE FROM blocks" + range).c_str());
    return done ? insert(*head, block, topics_of(events)) : done;
  });
  if (!replaced) return tl::unexpected(replaced.error());
  return true;
}

// A run is as many neighbours as fit into one block. Where one ends because nothing more fits, what is before
// it never changes again; so the next call begins with the first run that ends because there is nothing more.
Result<bool> JournalFile::merge(BlockEncoder& encoder, BlockDecoder& decoder, bool all) {
  const auto candidates = merge_candidates(merge_from_);
  if (!candidates) return tl::unexpected(candidates.error());
  const std::vector<Candidate>& blocks = *candidates;
  const bool more = blocks.size() == kLookedAtAtOnce;
  std::optional<uint64_t> open;  // where the first run begins that may still grow
  bool merged = false;
  for (size_t i = 0; i < blocks.size();) {
    size_t end = i;
    uint64_t count = 0, bytes = 0, largest = 0;
    while (end < blocks.size() && blocks[end].count > 0 && bytes + blocks[end].plain_bytes <= kMergedBytes &&
           count + blocks[end].count <= BlockEncoder::kMaxEvents &&
           (end == i || blocks[end].first == blocks[end - 1].last + 1)) {
      count += blocks[end].count;
      bytes += blocks[end].plain_bytes;
      largest = std::max(largest, blocks[end].plain_bytes);
      ++end;
    }
    if (end == blocks.size() && !open) open = blocks[i].first;
    if (end - i < 2 || (!all && bytes < 2 * largest)) {
      ++i;
      continue;
    }
    const auto done = merge_run(std::span(blocks).subspan(i, end - i), encoder, decoder);
    if (!done) return tl::unexpected(done.error());
    merged = merged || *done;
    i = end;
  }
  if (!open && !blocks.empty()) open = blocks.back().last + 1;
  // Runs that are as long as what is looked at and cannot be read must not hold up the rest.
  if (more && !merged && *open == blocks.front().first) open = blocks[1].first;
  if (open) merge_from_ = *open;
  return more;
}

}  // namespace relay
