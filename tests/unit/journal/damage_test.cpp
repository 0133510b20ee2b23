#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <future>
#include <random>
#include <string>
#include <vector>

#include "journal/block_maker.h"
#include "journal/journal_file.h"
#include "journal/journal_reader.h"
#include "support/catch.h"
#include "support/sanitized.h"
#include "support/temp_dir.h"

using namespace relay;
using namespace relay::test;

namespace {

constexpr int kFlips = kSanitized ? 100 : 1000;
/// Bytes from one cut to the next; SENECA_CUT_STEP=1 tries every length, which takes minutes.
const size_t kCutStep = [] {
  const char* const wanted = std::getenv("SENECA_CUT_STEP");
  const size_t step = kSanitized ? 4093 : 509;
  return wanted == nullptr ? step : std::max<size_t>(1, std::strtoull(wanted, nullptr, 10));
}();
constexpr size_t kPage = 8192;
constexpr uint64_t kEvents = 1200;
constexpr uint64_t kEventsInBlock = 40;

std::string data_of(uint64_t offset) {
  std::mt19937_64 random(offset);
  std::string data = "\"";
  for (int i = 0; i < 12; ++i) data += std::to_string(random());
  return data + "\"";
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A journal whose events can be told from wrong ones, all of it in journal.db or, unless `checkpointed`, in
/// the write-ahead log.
struct Recording {
  explicit Recording(bool checkpointed) {
    TempDir directory;
    {
      auto file = JournalFile::open_writer(directory.path(), "e");
      REQUIRE(file);
      BlockMaker maker;
      for (uint64_t next = 1; next <= kEvents;) {
        std::vector<EventRef> events;
        for (uint64_t i = 0; i < kEventsInBlock; ++i, ++next) {
          const std::string id = std::to_string(next), data = data_of(next);
          EventFields fields;
          fields.id = id;
          fields.source = "/damage";
          fields.type = "a";
          fields.subject = next % 2 == 0 ? "agent:a" : "agent:b";
          fields.data = data;
          events.push_back(Event::make(fields));
          events.back()->set_offset(next);
        }
        std::vector<JournalFile::NewBlock> blocks;
        maker.make(events, blocks);
        REQUIRE(file->commit(blocks, {}));
      }
      if (checkpointed) REQUIRE(file->vacuum());
    }
    db = bytes_of(directory.path() / "journal.db");
    wal = bytes_of(directory.path() / "journal.db-wal");
    head = bytes_of(directory.path() / "journal.db-head");
  }
  std::string db, wal, head;
};

struct Found {
  bool opened = false;
  bool right = true;     // every event that came was one that was written
  uint64_t missing = 0;  // of kEvents, or of those up to the last that is known
  uint64_t unsaid = 0;   // missing without a hole that says so
  uint64_t last = 0;
  uint64_t mended = 0, damaged = 0, lost = 0;  // of the write-ahead log
  bool head_restored = false;
};

// What a relay would make of these files.
Found look_at(const std::string& db, const std::string& wal, const std::string& head) {
  TempDir directory;
  std::ofstream(directory.path() / "journal.db", std::ios::binary) << db;
  std::ofstream(directory.path() / "journal.db-head", std::ios::binary) << head;
  if (!wal.empty()) std::ofstream(directory.path() / "journal.db-wal", std::ios::binary) << wal;
  Found found;
  if (const auto left = check_wal(directory.path() / JournalFile::kWalName)) {
    found.mended = left->mended;
    found.damaged = left->damaged;
    found.lost = left->lost;
  }
  auto writer = JournalFile::open_writer(directory.path(), "after");
  if (!writer) return found;
  const auto bounds = writer->bounds();
  auto file = JournalFile::open_reader(directory.path());
  if (!bounds || !file) return found;
  found.opened = true;
  found.head_restored = writer->head_restored();
  found.last = std::min(bounds->last, kEvents);
  REQUIRE(writer->wal().mended == found.mended);
  REQUIRE(writer->wal().damaged == found.damaged);
  REQUIRE(writer->wal().lost == found.lost);
  const MemoryLog recent("after", 10, 1000, kEvents + 1);
  const auto logger = make_null_logger();
  JournalReader reader(std::move(*file), recent, *logger);
  std::promise<void> done;
  REQUIRE(reader.run([&](LogReader& log) {
    std::vector<EventRef> events;
    std::vector<LogReader::Hole> holes;
    uint64_t expected = 1;
    for (uint64_t next = 1; next <= found.last;) {
      next = log.read(next, found.last, 1000, events, holes);
      for (const EventRef& event : events) {
        found.right &= event->offset() >= expected && event->id() == std::to_string(event->offset()) &&
                       event->data() == data_of(event->offset());
        for (; expected < event->offset(); ++expected) ++found.missing;
        expected = event->offset() + 1;
      }
    }
    found.missing += found.last + 1 - expected;
    uint64_t said = 0;
    for (const LogReader::Hole& hole : holes) said += hole.to - hole.from + 1;
    found.unsaid = found.missing > said ? found.missing - said : 0;
    done.set_value();
  }));
  done.get_future().get();
  return found;
}

}  // namespace

TEST_CASE("a flipped bit never makes a wrong event, and costs a block or less") {
  const Recording recording(true);
  std::mt19937 random(7);
  int hurt = 0;
  for (int i = 0; i < kFlips; ++i) {
    std::string db = recording.db;
    // Every tenth in the first page, which says what the tables are.
    const size_t at = random() % (i % 10 == 0 ? kPage : db.size());
    db[at] = static_cast<char>(db[at] ^ (1 << random() % 8));
    const Found found = look_at(db, "", recording.head);
    INFO("bit flipped in byte " << at << " of " << db.size());
    CHECK(found.opened);
    CHECK(found.right);
    CHECK(found.unsaid == 0);
    CHECK(found.missing + (kEvents - found.last) <= kEventsInBlock);
    if (found.missing > 0) ++hurt;
  }
  WARN(hurt << " flips of " << kFlips << " cost a block, the others nothing");
  CHECK(hurt <= kFlips / 20);
}

TEST_CASE("bytes overwritten never make a wrong event, and mostly cost a block") {
  const Recording recording(true);
  std::mt19937 random(5);
  int hurt = 0, beyond = 0;
  for (int i = 0; i < kFlips / 2; ++i) {
    std::string db = recording.db;
    const size_t at = random() % (db.size() - 8);
    for (size_t byte = at; byte < at + 8; ++byte) db[byte] = static_cast<char>(random());
    const Found found = look_at(db, "", recording.head);
    INFO("bytes overwritten from " << at << " of " << db.size());
    CHECK(found.right);
    CHECK(found.unsaid == 0);
    if (found.missing > 0) ++hurt;
    if (!found.opened || found.missing + (kEvents - found.last) > kEventsInBlock) ++beyond;
  }
  WARN(hurt << " of " << kFlips / 2 << " cost a block, " << beyond << " more than that");
  CHECK(hurt > kFlips / 8);
  CHECK(beyond <= kFlips / 50);
}

TEST_CASE("of the first page any bit is put right, and a page that is gone, from the copy beside it") {
  const Recording recording(true);
  const auto comes_back = [&recording](const std::string& db, bool told) {
    const Found found = look_at(db, "", recording.head);
    CHECK(found.opened);
    CHECK(found.right);
    CHECK(found.missing == 0);
    CHECK(found.last == kEvents);
    CHECK(found.head_restored == told);
  };
  comes_back(recording.db, false);
  for (size_t bit = 0; bit < kPage * 8; bit += bit < 8 * 100 ? 3 : kSanitized ? 4093 : 509) {
    std::string db = recording.db;
    const size_t at = bit / 8;
    db[at] = static_cast<char>(db[at] ^ (1 << bit % 8));
    INFO("bit " << bit);
    const bool counter = (at >= 24 && at < 40) || (at >= 92 && at < 100);
    const bool size = at >= 28 && at < 32;
    comes_back(db, !counter || size);
  }
  std::string zeroed = recording.db;
  std::fill_n(zeroed.begin(), kPage, '\0');
  comes_back(zeroed, true);
}

TEST_CASE("a damaged copy of the first page harms nothing, and is made anew") {
  const Recording recording(true);
  for (const size_t at : {size_t{0}, size_t{5}, size_t{100}, kPage}) {
    TempDir directory;
    std::string head = recording.head;
    head[at] = static_cast<char>(head[at] ^ 4);
    std::ofstream(directory.path() / "journal.db", std::ios::binary) << recording.db;
    std::ofstream(directory.path() / "journal.db-head", std::ios::binary) << head;
    {
      auto file = JournalFile::open_writer(directory.path(), "after");
      REQUIRE(file);
      CHECK_FALSE(file->head_restored());
      CHECK(file->bounds()->last == kEvents);
    }
    const std::string again = bytes_of(directory.path() / "journal.db-head");
    CHECK(again.substr(8, 16) == recording.head.substr(8, 16));
    CHECK(again.substr(108) == recording.head.substr(108));
  }
}

TEST_CASE("another database in the journal's place is not made to look like the journal") {
  const Recording recording(true);
  Recording other(true);
  TempDir directory;
  for (size_t at = 1000; at < 2000; ++at) other.db[at] = 'x';
  std::ofstream(directory.path() / "journal.db", std::ios::binary) << other.db;
  std::ofstream(directory.path() / "journal.db-head", std::ios::binary) << recording.head;
  auto file = JournalFile::open_writer(directory.path(), "after");
  CHECK((!file || !file->head_restored()));
  CHECK(bytes_of(directory.path() / "journal.db").substr(1000, 1000) == std::string(1000, 'x'));
}

TEST_CASE("a block with a flipped bit is written back whole when blocks are merged") {
  const Recording recording(true);
  TempDir directory;
  std::string db = recording.db;
  const size_t at = db.find("SNB\1", 2 * kPage) + 200;
  db[at] = static_cast<char>(db[at] ^ 1);
  std::ofstream(directory.path() / "journal.db", std::ios::binary) << db;
  std::ofstream(directory.path() / "journal.db-head", std::ios::binary) << recording.head;
  auto file = JournalFile::open_writer(directory.path(), "after");
  REQUIRE(file);
  const auto damaged = [&file] {
    int count = 0;
    REQUIRE(file->read(1, std::nullopt, 100, [&count](const JournalFile::StoredBlock& block) {
      if (!BlockDecoder::head(block.bytes)) ++count;
      return true;
    }));
    return count;
  };
  CHECK(damaged() == 1);
  BlockEncoder encoder;
  BlockDecoder decoder;
  REQUIRE(file->merge(encoder, decoder));
  CHECK(damaged() == 0);
}

TEST_CASE("a write-ahead log that ends anywhere leaves what was committed before") {
  const Recording recording(false);
  REQUIRE(recording.wal.size() > (64u << 10));
  uint64_t before = kEvents;
  for (size_t cut = 0; cut <= 64u << 10; cut += cut < (kSanitized ? 16 : 512) ? 1 : kCutStep) {
    const Found found =
        look_at(recording.db, recording.wal.substr(0, recording.wal.size() - cut), recording.head);
    INFO(cut << " bytes cut off");
    CHECK(found.opened);
    CHECK(found.right);
    CHECK(found.missing == 0);
    CHECK(found.last <= before);
    before = found.last;
  }
  CHECK(before < kEvents);
}

TEST_CASE("a flipped bit in the write-ahead log costs nothing or, where it cannot be found, a block") {
  const Recording recording(false);
  std::mt19937 random(11);
  int mended = 0, hurt = 0, beyond = 0;
  for (int i = 0; i < kFlips; ++i) {
    std::string wal = recording.wal;
    // Every tenth in a place that is rare: the head of the file or of a frame.
    const size_t frame = 24 + 8192, frames = (wal.size() - 32) / frame;
    const size_t at = i % 20 == 0   ? random() % 32
                      : i % 10 == 0 ? 32 + random() % frames * frame + random() % 24
                                    : random() % wal.size();
    wal[at] = static_cast<char>(wal[at] ^ (1 << random() % 8));
    const Found found = look_at(recording.db, wal, recording.head);
    INFO("bit flipped in byte " << at << " of " << wal.size());
    CHECK(found.right);
    CHECK(found.unsaid == 0);
    CHECK(found.mended + found.damaged == 1);
    CHECK(found.lost == 0);
    mended += static_cast<int>(found.mended);
    if (found.missing > 0) ++hurt;
    if (!found.opened || found.missing + (kEvents - found.last) > kEventsInBlock) ++beyond;
  }
  WARN(mended << " flips of " << kFlips << " were mended, " << hurt << " cost a block, " << beyond
              << " more than that");
  CHECK(mended > kFlips / 2);
  CHECK(beyond <= kFlips / 50);
}

TEST_CASE("a damaged page in the write-ahead log costs what is in it, and not what comes behind") {
  const Recording recording(false);
  std::mt19937 random(13);
  const size_t frame = 24 + 8192, frames = (recording.wal.size() - 32) / frame;
  int beyond = 0;
  for (int i = 0; i < kFlips / 10; ++i) {
    std::string wal = recording.wal;
    const size_t at = 32 + random() % (frames - 1) * frame + 24 + random() % 8000;
    for (size_t byte = at; byte < at + 64; ++byte) wal[byte] = static_cast<char>(random());
    const Found found = look_at(recording.db, wal, recording.head);
    INFO("bytes overwritten from " << at << " of " << wal.size());
    CHECK(found.right);
    CHECK(found.unsaid == 0);
    CHECK(found.damaged == 1);
    CHECK(found.lost == 0);
    if (!found.opened || found.missing + (kEvents - found.last) > kEventsInBlock) ++beyond;
  }
  WARN(beyond << " damaged pages of " << kFlips / 10 << " cost more than a block");
  CHECK(beyond <= kFlips / 100);
}

TEST_CASE("of greater damage in the write-ahead log it is told how many commits lie behind") {
  const Recording recording(false);
  const size_t frame = 24 + 8192, frames = (recording.wal.size() - 32) / frame;
  for (const size_t number : {frames / 4, frames / 2, frames - frames / 4}) {
    std::string wal = recording.wal;
    for (size_t byte = 0; byte < 24; ++byte) wal[32 + number * frame + byte] = '\x5a';
    const Found found = look_at(recording.db, wal, recording.head);
    INFO("the head of frame " << number << " of " << frames << " overwritten");
    CHECK(found.opened);
    CHECK(found.right);
    CHECK(found.missing == 0);
    CHECK(found.last < kEvents);
    // All behind it but the last, which need not have been on the disk.
    CHECK(found.lost == (kEvents - found.last) / kEventsInBlock - 1);
  }
}

TEST_CASE("what was being written when the machine stopped is no damage") {
  const Recording recording(false);
  for (const size_t cut : {1u, 24u, 4000u, 8216u}) {
    std::string wal = recording.wal.substr(0, recording.wal.size() - cut);
    const Found found = look_at(recording.db, wal, recording.head);
    CHECK(found.mended == 0);
    CHECK(found.lost == 0);
  }
  std::string torn = recording.wal;
  for (size_t byte = torn.size() - 4096; byte < torn.size(); ++byte) torn[byte] = 0;
  const Found found = look_at(recording.db, torn, recording.head);
  CHECK(found.mended == 0);
  CHECK(found.lost == 0);
  CHECK(found.last < kEvents);
}
