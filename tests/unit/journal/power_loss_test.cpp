#include <algorithm>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "journal/block_maker.h"
#include "journal/journal_file.h"
#include "recording_vfs.h"
#include "support/catch.h"
#include "support/sanitized.h"
#include "support/temp_dir.h"

using namespace relay;
using namespace relay::test;

namespace {

constexpr size_t kSector = 512;
constexpr int kImages = kSanitized ? 40 : 200;

EventRef event_at(uint64_t offset, std::mt19937& random) {
  const std::string id = std::to_string(offset);
  const std::string data = "\"" + std::string(random() % 400, static_cast<char>('a' + offset % 26)) + "\"";
  EventFields fields;
  fields.id = id;
  fields.source = "/power";
  fields.type = "a";
  fields.subject = offset % 3 == 0 ? "agent:a" : "agent:b";
  fields.data = data;
  fields.time_us = static_cast<int64_t>(offset);
  EventRef event = Event::make(fields);
  event->set_offset(offset);
  return event;
}

std::map<std::string, std::string> contents(const std::filesystem::path& directory) {
  std::map<std::string, std::string> files;
  for (const char* name : {"journal.db", "journal.db-wal"}) {
    std::ifstream in(directory / name, std::ios::binary);
    files[name] = std::string(std::istreambuf_iterator<char>(in), {});
  }
  return files;
}

// Commits, checkpoints, merges and trims as a relay's writer does; a note says what it has acknowledged.
// Returns what it began with.
std::map<std::string, std::string> run_journal(const std::filesystem::path& directory, RecordingVfs& disk,
                                               std::mt19937& random) {
  auto file = JournalFile::open_writer(directory, "e");
  REQUIRE(file);
  disk.operations.clear();  // making the journal is not what is tested
  std::map<std::string, std::string> start = contents(directory);
  BlockMaker maker;
  BlockDecoder decoder([&file](uint32_t id) { return file->dictionary(id); });
  uint64_t next = 1;
  for (int round = 0; round < 400; ++round) {
    std::vector<EventRef> events;
    for (size_t count = 1 + random() % 20; count > 0; --count) events.push_back(event_at(next++, random));
    std::vector<JournalFile::NewBlock> blocks;
    maker.make(events, blocks);
    REQUIRE(file->commit(blocks, std::vector<SourcePosition>{{"file", std::to_string(next - 1)}}));
    disk.note(next - 1);
    if (round % 13 == 12) REQUIRE(file->merge(maker.encoder(), decoder));
    if (round % 29 == 28) REQUIRE(file->checkpoint());
    if (round % 97 == 96) REQUIRE(file->trim(next / 4));
  }
  return start;
}

/// What is on the disk of each file: what was synced, and of the rest whatever the power left.
class Image {
 public:
  explicit Image(std::map<std::string, std::string> start) : durable_(std::move(start)) {}

  void apply(const DiskOperation& operation) {
    if (operation.kind == DiskOperation::Kind::note) return;
    std::vector<const DiskOperation*>& waiting = waiting_[operation.file];
    if (operation.kind != DiskOperation::Kind::sync) return waiting.push_back(&operation);
    for (const DiskOperation* each : waiting) put(durable_[each->file], *each);
    waiting.clear();
  }

  [[nodiscard]] std::map<std::string, std::string> lose_power(std::mt19937& random) const {
    std::map<std::string, std::string> files = durable_;
    for (const auto& [file, waiting] : waiting_)
      for (const DiskOperation* each : waiting) {
        const unsigned fate = random() % 3;
        if (fate == 0) put(files[file], *each);
        if (fate == 1) tear(files[file], *each, random);
      }
    return files;
  }

 private:
  static void put(std::string& file, const DiskOperation& operation) {
    if (operation.kind == DiskOperation::Kind::truncate) return file.resize(operation.offset);
    file.resize(std::max<size_t>(file.size(), operation.offset + operation.bytes.size()));
    file.replace(operation.offset, operation.bytes.size(), operation.bytes);
  }
  // Some of its sectors.
  static void tear(std::string& file, const DiskOperation& operation, std::mt19937& random) {
    if (operation.kind == DiskOperation::Kind::truncate) return;
    for (size_t at = 0; at < operation.bytes.size(); at += kSector)
      if (random() % 2 == 0)
        put(file,
            {operation.kind, operation.file, operation.offset + at, operation.bytes.substr(at, kSector)});
  }

  std::map<std::string, std::string> durable_;
  std::map<std::string, std::vector<const DiskOperation*>> waiting_;
};

// Everything acknowledged is there, nothing is there that was not written, and nothing is damaged.
void check_image(const std::map<std::string, std::string>& files, uint64_t acknowledged) {
  TempDir directory;
  for (const auto& [name, bytes] : files) std::ofstream(directory.path() / name, std::ios::binary) << bytes;
  auto file = JournalFile::open_writer(directory.path(), "after");
  if (!file) FAIL(file.error().to_string());
  BlockDecoder decoder([&file](uint32_t id) { return file->dictionary(id); });
  uint64_t last = 0;
  bool whole = true;
  REQUIRE(file->read(1, std::nullopt, 1 << 20, [&](const JournalFile::StoredBlock& block) {
    std::vector<EventRef> events;
    whole &= decoder.decode(block.bytes, events).has_value() && (last == 0 || block.first == last + 1);
    for (const EventRef& event : events)
      whole &= event->id() == std::to_string(event->offset()) &&
               event->time_us() == static_cast<int64_t>(event->offset());
    last = block.last;
    return true;
  }));
  CHECK(whole);
  CHECK(last >= acknowledged);
  const auto positions = file->positions();
  REQUIRE(positions);
  CHECK((last == 0 || positions->at("file") == std::to_string(last)));
}

}  // namespace

TEST_CASE("whatever a loss of power leaves of unsynced writes, nothing acknowledged is lost") {
  const unsigned seed = 20261123;
  std::mt19937 random(seed);
  TempDir directory;
  std::map<std::string, std::string> start;
  std::vector<DiskOperation> operations;
  {
    RecordingVfs disk;
    start = run_journal(directory.path(), disk, random);
    operations = std::move(disk.operations);
  }
  std::vector<size_t> points;
  for (int i = 0; i < kImages; ++i) points.push_back(random() % operations.size());
  std::sort(points.begin(), points.end());
  Image image(start);
  uint64_t acknowledged = 0;
  size_t at = 0;
  for (const size_t point : points) {
    for (; at < point; ++at) {
      image.apply(operations[at]);
      if (operations[at].kind == DiskOperation::Kind::note) acknowledged = operations[at].offset;
    }
    INFO("seed " << seed << ", after " << point << " of " << operations.size() << " operations");
    check_image(image.lose_power(random), acknowledged);
  }
}
