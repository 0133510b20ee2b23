// What is done to a journal now and then: dictionaries, looking it over, writing it anew.

#include <algorithm>
#include <array>
#include <memory>

#include "journal/head_copy.h"
#include "journal/journal_file.h"
#include "journal/sql.h"

namespace relay {
namespace {

struct CloseBlob {
  void operator()(sqlite3_blob* blob) const { sqlite3_blob_close(blob); }
};

}  // namespace

Result<std::optional<uint64_t>> JournalFile::first_since(int64_t time_us) {
  auto statement = prepare("SELECT first FROM blocks WHERE newest_us >= ?1 ORDER BY first LIMIT 1");
  if (!statement) return tl::unexpected(statement.error());
  sqlite3_bind_int64(statement->get(), 1, time_us);
  const int code = sqlite3_step(statement->get());
  if (code == SQLITE_DONE) return std::nullopt;
  if (code != SQLITE_ROW) return failed();
  return number_of(statement->get(), 0);
}

Result<std::vector<uint64_t>> JournalFile::topics_of_block(uint64_t first) {
  auto statement = prepare("SELECT topic FROM topics WHERE first = ?1");
  if (!statement) return tl::unexpected(statement.error());
  bind(statement->get(), 1, first);
  std::vector<uint64_t> topics;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement->get())) == SQLITE_ROW)
    topics.push_back(number_of(statement->get(), 0));
  if (code != SQLITE_DONE) return failed();
  std::sort(topics.begin(), topics.end());
  return topics;
}

// SQLite would read a whole block to show its first bytes, unless they are asked for as part of a blob.
Status JournalFile::heads(const VisitHead& visit) {
  auto statement = prepare("SELECT first, length(bytes) FROM blocks ORDER BY first");
  if (!statement) return tl::unexpected(statement.error());
  std::unique_ptr<sqlite3_blob, CloseBlob> blob;
  std::array<char, BlockHead::kBytes> bytes{};
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement->get())) == SQLITE_ROW) {
    const sqlite3_int64 first = sqlite3_column_int64(statement->get(), 0);
    const uint64_t size = number_of(statement->get(), 1);
    if (size < bytes.size()) continue;
    if (blob == nullptr) {
      sqlite3_blob* raw = nullptr;
      if (sqlite3_blob_open(db_.get(), "main", "blocks", "bytes", first, 0, &raw) != SQLITE_OK)
        return failed();
      blob.reset(raw);
    } else if (sqlite3_blob_reopen(blob.get(), first) != SQLITE_OK) {
      return failed();
    }
    if (sqlite3_blob_read(blob.get(), bytes.data(), static_cast<int>(bytes.size()), 0) != SQLITE_OK)
      return failed();
    visit(BlockHead::unchecked({bytes.data(), bytes.size()}), size);
  }
  if (code != SQLITE_DONE) return failed();
  return {};
}

Result<std::string> JournalFile::integrity() {
  auto statement = prepare("PRAGMA integrity_check");
  if (!statement) return tl::unexpected(statement.error());
  std::string text;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement->get())) == SQLITE_ROW)
    text.append(text.empty() ? "" : "\n").append(text_of(statement->get(), 0));
  if (code != SQLITE_DONE) return failed();
  return text;
}

Status JournalFile::discard_from(uint64_t first) {
  const std::string from = std::to_string(first);
  return transaction([&] {
    return run(("DELETE FROM topics WHERE first >= " + from + "; DELETE FROM blocks WHERE first >= " + from)
                   .c_str());
  });
}

// The tables may begin elsewhere afterwards, which the copy of the first page must not contradict.
Status JournalFile::vacuum() {
  if (Status forgotten = forget_head_copy(path_); !forgotten) return forgotten;
  if (Status done = run("VACUUM"); !done) return done;
  if (sqlite3_wal_checkpoint_v2(db_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr) !=
      SQLITE_OK)
    return failed();
  return keep_head();
}

Result<uint32_t> JournalFile::add_dictionary(std::string_view bytes) {
  auto statement =
      prepare("INSERT INTO dictionaries VALUES ((SELECT coalesce(max(id), 0) + 1 FROM dictionaries), ?1)");
  if (!statement) return tl::unexpected(statement.error());
  bind_blob(statement->get(), 1, bytes);
  if (!step(statement->get())) return failed();
  return static_cast<uint32_t>(sqlite3_last_insert_rowid(db_.get()));
}

Status JournalFile::keep_dictionaries(const std::set<uint32_t>& used) {
  std::string kept = "(SELECT max(id) FROM dictionaries)";
  for (const uint32_t id : used) kept += ", " + std::to_string(id);
  return run(("DELETE FROM dictionaries WHERE id NOT IN (" + kept + ")").c_str());
}

const std::string* JournalFile::dictionary(uint32_t id) {
  if (const auto known = dictionaries_.find(id); known != dictionaries_.end()) return &known->second;
  auto statement = prepare("SELECT bytes FROM dictionaries WHERE id = ?1");
  if (!statement) return nullptr;
  bind(statement->get(), 1, uint64_t{id});
  if (sqlite3_step(statement->get()) != SQLITE_ROW) return nullptr;
  return &dictionaries_.emplace(id, text_of(statement->get(), 0)).first->second;
}

Result<std::vector<uint32_t>> JournalFile::dictionaries() {
  auto statement = prepare("SELECT id FROM dictionaries ORDER BY id");
  if (!statement) return tl::unexpected(statement.error());
  std::vector<uint32_t> ids;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement->get())) == SQLITE_ROW)
    ids.push_back(static_cast<uint32_t>(number_of(statement->get(), 0)));
  if (code != SQLITE_DONE) return failed();
  return ids;
}

}  // namespace relay
