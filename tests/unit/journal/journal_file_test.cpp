#include "journal/journal_file.h"
#include "journal/directory_lock.h"

#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/temp_dir.h"

using namespace relay;
using namespace relay::test;

namespace {

std::vector<EventRef> some(uint64_t first, size_t count, int64_t time_us = 1000) {
  std::vector<EventRef> events;
  for (uint64_t i = first; i < first + count; ++i) {
    EventFields fields;
    const std::string id = std::to_string(i);
    fields.id = id;
    fields.source = "/t";
    fields.type = "a";
    fields.time_us = time_us;
    events.push_back(Event::make(fields));
    events.back()->set_offset(i);
  }
  return events;
}

Status commit(JournalFile& file, const std::vector<EventRef>& events, std::vector<uint64_t> topics = {},
              std::vector<SourcePosition> positions = {}) {
  JournalFile::NewBlock block;
  block.bytes = BlockEncoder().encode(events);
  block.head = *BlockDecoder::head(block.bytes);
  block.topics = std::move(topics);
  return file.commit({&block, 1}, positions);
}

std::vector<uint64_t> firsts(JournalFile& file, uint64_t from, std::optional<uint64_t> topic = std::nullopt) {
  std::vector<uint64_t> all;
  REQUIRE(file.read(from, topic, 1000, [&all](const JournalFile::StoredBlock& block) {
    all.push_back(BlockDecoder::head(block.bytes)->first);
    return true;
  }));
  return all;
}

JournalFile must_open(const std::filesystem::path& directory) {
  auto file = JournalFile::open_writer(directory, "e1");
  if (!file) FAIL(file.error().to_string());
  return std::move(*file);
}

}  // namespace

TEST_CASE("blocks and positions are there for who opens the journal again") {
  TempDir directory;
  {
    JournalFile file = must_open(directory.path());
    REQUIRE(commit(file, some(1, 10)));
    REQUIRE(commit(file, some(11, 5), {}, {{"marcus", "7"}, {"gone", "1"}, {"x", "{\"a\":1}"}}));
    REQUIRE(file.commit({}, std::vector<SourcePosition>{{"gone", ""}}));
  }
  auto again = JournalFile::open_writer(directory.path(), "another");
  REQUIRE(again);
  CHECK(again->positions().value() ==
        std::map<std::string, std::string>{{"marcus", "7"}, {"x", "{\"a\":1}"}});
  const auto bounds = again->bounds();
  REQUIRE(bounds);
  CHECK(bounds->first == 1);
  CHECK(bounds->last == 15);
  CHECK(bounds->blocks == 2);
  CHECK(firsts(*again, 1) == std::vector<uint64_t>{1, 11});
  CHECK(firsts(*again, 10) == std::vector<uint64_t>{1, 11});
  CHECK(firsts(*again, 11) == std::vector<uint64_t>{11});
}

TEST_CASE("a run that did not end leaves its epoch behind, one that did does not") {
  TempDir directory;
  const auto names = [&directory](const std::string& fresh) {
    auto file = JournalFile::open_writer(directory.path(), fresh);
    REQUIRE(file);
    std::string text;
    const auto epochs = file->epochs();
    REQUIRE(epochs);
    for (const auto& [first, name] : *epochs) text += std::to_string(first) + " " + name + ";";
    return text;
  };
  {
    JournalFile file = must_open(directory.path());
    REQUIRE(commit(file, some(1, 10)));
  }
  CHECK(names("e2") == "1 e1;11 e2;");
  CHECK(names("e3") == "1 e1;11 e3;");  // nothing was kept in e2
  REQUIRE(JournalFile::open_writer(directory.path(), "e4")->end());
  CHECK(names("e5") == "1 e1;11 e4;");
}

TEST_CASE("a reader sees what is committed while the writer goes on, and cannot write") {
  TempDir directory;
  JournalFile writer = must_open(directory.path());
  REQUIRE(commit(writer, some(1, 1)));
  auto reader = JournalFile::open_reader(directory.path());
  REQUIRE(reader);
  for (uint64_t offset = 2; offset < 50; ++offset) {
    REQUIRE(commit(writer, some(offset, 1)));
    REQUIRE(firsts(*reader, offset) == std::vector<uint64_t>{offset});
    if (offset % 10 == 0) REQUIRE(writer.checkpoint());
  }
}

TEST_CASE("what a block is about leads to it") {
  TempDir directory;
  JournalFile file = must_open(directory.path());
  REQUIRE(commit(file, some(1, 10), {7, 8}));
  REQUIRE(commit(file, some(11, 10), {8}));
  REQUIRE(commit(file, some(21, 10), {7}));
  CHECK(firsts(file, 1, 7) == std::vector<uint64_t>{1, 21});
  CHECK(firsts(file, 5, 8) == std::vector<uint64_t>{1, 11});
  CHECK(firsts(file, 11, 7) == std::vector<uint64_t>{21});
  CHECK(firsts(file, 1, 9).empty());
}

TEST_CASE("blocks are listed with what is known of them without their bytes") {
  TempDir directory;
  JournalFile file = must_open(directory.path());
  REQUIRE(commit(file, some(1, 10, 100)));
  REQUIRE(commit(file, some(11, 10, 300)));
  std::vector<std::array<int64_t, 3>> all;
  REQUIRE(file.list([&all](const JournalFile::StoredBlock& block) {
    all.push_back({static_cast<int64_t>(block.first), static_cast<int64_t>(block.last), block.newest_us});
  }));
  CHECK(all == std::vector<std::array<int64_t, 3>>{{1, 10, 100}, {11, 20, 300}});
}

TEST_CASE("trimming forgets whole blocks, their topics, and gives the space back") {
  TempDir directory;
  JournalFile file = must_open(directory.path());
  for (uint64_t first = 1; first <= 2001; first += 10) REQUIRE(commit(file, some(first, 10), {first % 3}));
  REQUIRE(file.checkpoint());
  const auto before = std::filesystem::file_size(directory.path() / JournalFile::kName);
  while (file.trim(1995).value()) {
  }
  CHECK(file.bounds()->first == 1991);
  CHECK(firsts(file, 1) == std::vector<uint64_t>{1991, 2001});
  CHECK(firsts(file, 1, 1) == std::vector<uint64_t>{});
  for (int i = 0; i < 50; ++i) REQUIRE(file.checkpoint());
  CHECK(std::filesystem::file_size(directory.path() / JournalFile::kName) < before);
  while (file.trim(UINT64_MAX).value()) {
  }
  CHECK(file.bounds()->last == 2010);  // the newest stays, whatever is asked for
}

TEST_CASE("age counts from when a block was written, not from when its events happened") {
  TempDir directory;
  JournalFile file = must_open(directory.path());
  for (uint64_t first = 1; first <= 31; first += 10) REQUIRE(commit(file, some(first, 10, 1000)));
  CHECK(file.excess(1'000'000'000'000'000, 0).value() == 0);  // 2001: they were written later
  CHECK(file.excess(INT64_MAX, 0).value() == 41);
  CHECK(file.excess(INT64_MIN, 1).value() == 41);
}

TEST_CASE("one process at a time has a journal's directory, and the other one is told whom to ask") {
  TempDir directory;
  int ready[2];
  int done[2];
  REQUIRE(::pipe(ready) == 0);
  REQUIRE(::pipe(done) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = DirectoryLock::take(directory.path());
    char byte = lock ? 'y' : 'n';
    if (::write(ready[1], &byte, 1) != 1 || ::read(done[0], &byte, 1) != 1) ::_exit(1);
    ::_exit(0);
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  REQUIRE(byte == 'y');
  const auto refused = DirectoryLock::take(directory.path());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "journal_in_use");
  CHECK_THAT(refused.error().message, Catch::Matchers::Contains("process " + std::to_string(child)));
  REQUIRE(::write(done[1], &byte, 1) == 1);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  CHECK(DirectoryLock::take(directory.path()));
}

TEST_CASE("what is no journal, or that of a later version, is refused with a code and left alone") {
  TempDir directory;
  const auto path = directory.path() / JournalFile::kName;
  std::ofstream(path) << std::string(10000, 'x');
  auto refused = JournalFile::open_writer(directory.path(), "e");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "journal_damaged");
  std::filesystem::remove(path);
  static_cast<void>(must_open(directory.path()));
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, "UPDATE meta SET value = '2' WHERE name = 'format'", nullptr, nullptr, nullptr) ==
          SQLITE_OK);
  sqlite3_close(db);
  refused = JournalFile::open_writer(directory.path(), "e");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "journal_too_new");
}

TEST_CASE("what ends leaves no write-ahead log, and waits for nobody who reads") {
  const TempDir directory;
  const auto log_bytes = [&] { return std::filesystem::file_size(directory.path() / "journal.db-wal"); };
  {
    JournalFile file = must_open(directory.path());
    REQUIRE(commit(file, some(1, 100)));
    CHECK(log_bytes() > 0);
    auto reader = JournalFile::open_reader(directory.path());
    REQUIRE(reader);
    REQUIRE(reader->read(1, std::nullopt, 1, [&file](const JournalFile::StoredBlock&) {
      REQUIRE(file.end());
      return true;
    }));
    CHECK(log_bytes() > 0);
    CHECK(firsts(*reader, 1) == std::vector<uint64_t>{1});
  }
  JournalFile file = must_open(directory.path());
  REQUIRE(commit(file, some(101, 100)));
  REQUIRE(file.end());
  CHECK(log_bytes() == 0);
  CHECK(firsts(file, 1) == std::vector<uint64_t>{1, 101});
}
