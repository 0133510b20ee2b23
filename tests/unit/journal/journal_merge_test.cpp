#include <sqlite3.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "journal/dictionary.h"
#include "journal/journal_file.h"
#include "journal/topics.h"
#include "support/catch.h"
#include "support/temp_dir.h"

using namespace relay;
using namespace relay::test;

namespace {

EventRef make(uint64_t offset, size_t data_bytes = 100) {
  static constexpr const char* kWords[] = {"halfway", "tests", "database", "blocked", "answer", "review"};
  std::minstd_rand random(static_cast<unsigned>(offset));
  const std::string id = "id-" + std::to_string(offset), subject = "task:T" + std::to_string(offset % 50);
  std::string data = R"({"task_id":")" + subject + R"(","progress":)" + std::to_string(random() % 100);
  data += R"(,"message":")";
  while (data.size() < data_bytes) data += std::string(kWords[random() % 6]) + ' ';
  data += "\"}";
  EventFields fields;
  fields.id = id;
  fields.source = "/marcus/main/agent_events";
  fields.type = "task.progress";
  fields.subject = subject;
  fields.data = data;
  fields.time_us = 1'767'225'600'000'000 + static_cast<int64_t>(offset) * 1000;
  EventRef event = Event::make(fields);
  event->set_offset(offset);
  event->set_transient(offset % 10 == 3);
  return event;
}

std::vector<EventRef> some(uint64_t first, size_t count, size_t data_bytes = 100) {
  std::vector<EventRef> events;
  for (uint64_t i = first; i < first + count; ++i) events.push_back(make(i, data_bytes));
  return events;
}

void commit(JournalFile& file, BlockEncoder& encoder, const std::vector<EventRef>& events) {
  JournalFile::NewBlock block;
  block.bytes = encoder.encode(events);
  block.head = *BlockDecoder::head(block.bytes);
  block.topics = topics_of(events);
  REQUIRE(file.commit({&block, 1}, {}));
}

JournalFile must_open(const std::filesystem::path& directory) {
  auto file = JournalFile::open_writer(directory, "e1");
  if (!file) FAIL(file.error().to_string());
  return std::move(*file);
}

BlockDecoder decoder_of(JournalFile& file) {
  return BlockDecoder([&file](uint32_t id) { return file.dictionary(id); });
}

int merge_all(JournalFile& file, BlockEncoder& encoder, bool all = false) {
  BlockDecoder decoder = decoder_of(file);
  int calls = 0;
  for (bool more = true; more; ++calls) {
    const auto merged = file.merge(encoder, decoder, all);
    if (!merged) FAIL(merged.error().to_string());
    more = *merged;
    REQUIRE(calls < 1000);
  }
  return calls;
}

struct Seen {
  std::vector<uint64_t> firsts;
  std::vector<uint64_t> offsets;  // of what was kept
  bool contiguous = true;
};

// What is there, and that every block says of itself what is in it.
Seen look(JournalFile& file) {
  Seen seen;
  BlockDecoder decoder = decoder_of(file);
  uint64_t next = 0;
  REQUIRE(file.read(1, std::nullopt, 1 << 20, [&](const JournalFile::StoredBlock& block) {
    if (next != 0 && block.first != next) seen.contiguous = false;
    next = block.last + 1;
    seen.firsts.push_back(block.first);
    std::vector<EventRef> events;
    if (!decoder.decode(block.bytes, events)) return true;
    CHECK(file.topics_of_block(block.first).value() == topics_of(events));
    for (const EventRef& event : events) {
      seen.offsets.push_back(event->offset());
      if (event->id() != "id-" + std::to_string(event->offset())) FAIL("offset " << event->offset());
    }
    return true;
  }));
  return seen;
}

void damage(const std::filesystem::path& directory, uint64_t first) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open((directory / JournalFile::kName).c_str(), &db) == SQLITE_OK);
  const std::string sql =
      "UPDATE blocks SET bytes = CAST(substr(bytes, 1, length(bytes) - 1) || x'00' AS BLOB) WHERE first = " +
      std::to_string(first);
  CHECK(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
}

}  // namespace

TEST_CASE("blocks of one event become few, and nothing of them is lost") {
  TempDir directory;
  JournalFile file = must_open(directory.path());
  BlockEncoder encoder;
  for (uint64_t offset = 1; offset <= 5000; ++offset) commit(file, encoder, some(offset, 1));
  const Seen before = look(file);
  CHECK(merge_all(file, encoder) > 5000 / 128);
  const Seen after = look(file);
  CHECK(after.firsts.size() < 20);
  CHECK(after.contiguous);
  CHECK(after.offsets == before.offsets);
  CHECK(after.offsets.size() == 4500);
  CHECK(file.bounds()->last == 5000);
  CHECK(merge_all(file, encoder) == 1);
}

TEST_CASE("blocks that come one by one are written again a few times at most") {
  TempDir directory;
  JournalFile file = must_open(directory.path());
  BlockEncoder encoder;
  uint64_t written = 0;
  for (uint64_t offset = 1; offset <= 1000; ++offset) {
    commit(file, encoder, some(offset, 1));
    const std::vector<uint64_t> before = look(file).firsts;
    merge_all(file, encoder);
    const std::vector<uint64_t> after = look(file).firsts;
    const auto same = std::mismatch(before.begin(), before.end(), after.begin(), after.end());
    if (same.second != after.end()) written += offset + 1 - *same.second;
  }
  CHECK(look(file).firsts.size() < 12);
  CHECK(written < 1000 * 12);
}

TEST_CASE("neither a block that cannot be read nor a hole is merged over") {
  TempDir directory;
  BlockEncoder encoder;
  {
    JournalFile file = must_open(directory.path());
    for (uint64_t offset = 1; offset <= 40; ++offset)
      if (offset != 30) commit(file, encoder, some(offset, 1));
  }
  damage(directory.path(), 15);
  JournalFile file = must_open(directory.path());
  merge_all(file, encoder);
  const Seen seen = look(file);
  CHECK(seen.firsts == std::vector<uint64_t>{1, 15, 16, 31});
  CHECK_FALSE(seen.contiguous);
}

TEST_CASE("many blocks that cannot be decompressed do not hold up the others") {
  TempDir directory;
  JournalFile file = must_open(directory.path());
  BlockEncoder encoder, lost;
  lost.use_dictionary(9, std::string(5000, 'x'));
  for (uint64_t offset = 1; offset <= 300; ++offset) commit(file, lost, some(offset, 1));
  for (uint64_t offset = 301; offset <= 700; ++offset) commit(file, encoder, some(offset, 1));
  merge_all(file, encoder);
  CHECK(look(file).firsts.size() < 600);
  CHECK(file.bounds()->last == 700);
}

TEST_CASE("large blocks stay, and what is left between them is merged when all shall be") {
  TempDir directory;
  JournalFile file = must_open(directory.path());
  BlockEncoder encoder;
  commit(file, encoder, some(1, 1000, 150));
  commit(file, encoder, some(1001, 10));
  commit(file, encoder, some(1011, 1000, 1000));
  merge_all(file, encoder);
  CHECK(look(file).firsts == std::vector<uint64_t>{1, 1001, 1011});
  JournalFile again = must_open(directory.path());
  merge_all(again, encoder, true);
  CHECK(look(again).firsts == std::vector<uint64_t>{1, 1011});
}

TEST_CASE("what is discarded is gone with its topics, and the offsets before it stay") {
  TempDir directory;
  JournalFile file = must_open(directory.path());
  BlockEncoder encoder;
  for (uint64_t first = 1; first < 100; first += 10) commit(file, encoder, some(first, 10));
  REQUIRE(file.discard_from(51));
  CHECK(file.bounds()->last == 50);
  CHECK(file.topics_of_block(51)->empty());
  CHECK(look(file).contiguous);
}

TEST_CASE("a dictionary makes small blocks smaller, and they are read with it alone") {
  TempDir directory;
  JournalFile file = must_open(directory.path());
  BlockEncoder encoder;
  BlockDecoder decoder = decoder_of(file);
  commit(file, encoder, some(1, 900, 400));
  CHECK(train_dictionary(file, decoder).value() == 0);  // too few
  for (uint64_t first = 901; first < 4000; first += 1000) commit(file, encoder, some(first, 1000, 400));
  const auto id = train_dictionary(file, decoder);
  REQUIRE(id);
  REQUIRE(*id == 1);
  CHECK(file.dictionary(1)->size() <= kDictionaryBytes);
  CHECK(file.dictionary(2) == nullptr);

  const std::vector<EventRef> one = some(5001, 1);
  const size_t without = encoder.encode(one).size();
  encoder.use_dictionary(*id, *file.dictionary(*id));
  const std::string block = encoder.encode(one);
  CHECK(block.size() * 3 < without * 2);
  CHECK(BlockDecoder::head(block)->dictionary == 1);
  CHECK(BlockDecoder::head(encoder.encode(some(5001, 1000, 400)))->dictionary == 0);

  std::vector<EventRef> read;
  REQUIRE(decoder.decode(block, read));
  CHECK(read.front()->data() == one.front()->data());
  const Status missing = BlockDecoder().decode(block, read);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == "dictionary_missing");
  CHECK(read.size() == 1);
}

TEST_CASE("several dictionaries are told apart, ids are not used again, and those in use stay") {
  TempDir directory;
  JournalFile file = must_open(directory.path());
  const std::string texts[] = {std::string(4000, 'a'), std::string(4000, 'b'), std::string(4000, 'c')};
  std::vector<std::string> blocks;
  for (uint32_t id = 1; id <= 3; ++id) {
    REQUIRE(file.add_dictionary(texts[id - 1]).value() == id);
    BlockEncoder encoder;
    encoder.use_dictionary(id, texts[id - 1]);
    blocks.push_back(encoder.encode(some(id, 1)));
  }
  BlockDecoder decoder = decoder_of(file);
  std::vector<EventRef> read;
  for (const size_t i : {0, 2, 1, 1, 0}) REQUIRE(decoder.decode(blocks[i], read));
  REQUIRE(decoder.decode(BlockEncoder().encode(some(9, 1)), read));
  REQUIRE(file.keep_dictionaries({1}));
  CHECK(file.dictionaries().value() == std::vector<uint32_t>{1, 3});
  CHECK(file.add_dictionary("d").value() == 4);
}

TEST_CASE("heads are told without the events, of damaged blocks too") {
  TempDir directory;
  BlockEncoder encoder;
  {
    JournalFile file = must_open(directory.path());
    commit(file, encoder, some(1, 10));
    commit(file, encoder, some(11, 4000, 2000));
  }
  damage(directory.path(), 11);
  auto file = JournalFile::open_reader(directory.path());
  REQUIRE(file);
  std::vector<uint64_t> lasts;
  uint64_t bytes = 0;
  REQUIRE(file->heads([&](const BlockHead& head, uint64_t size) {
    lasts.push_back(head.last());
    bytes += size;
  }));
  CHECK(lasts == std::vector<uint64_t>{10, 4010});
  CHECK(bytes == file->bounds()->bytes);
  CHECK(file->integrity().value() == "ok");
}
