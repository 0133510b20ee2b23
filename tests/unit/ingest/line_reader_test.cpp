#include "ingest/line_reader.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/temp_dir.h"

namespace relay {
namespace {

struct Got {
  std::vector<std::string> lines;
  std::vector<uint64_t> offsets;
  int too_long = 0;
};

Got read_all(LineReader& reader) {
  Got got;
  LineReader::Line line;
  while (true) {
    const LineReader::Next what = reader.next(line);
    if (what == LineReader::Next::line) {
      got.lines.emplace_back(line.text);
      got.offsets.push_back(line.offset);
    } else if (what == LineReader::Next::too_long) {
      ++got.too_long;
    } else {
      return got;
    }
  }
}

using Lines = std::vector<std::string>;

TEST_CASE("a line torn at any byte is read once, whole") {
  const std::string text = "{\"a\": 1}\r\n\n{\"b\": \"\xC3\xA9\"}\n";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    const test::TempDir dir;
    const auto path = dir.write("log", text.substr(0, cut));
    LineReader reader(1000);
    REQUIRE(reader.open(path));
    Lines lines = read_all(reader).lines;
    dir.append("log", text.substr(cut));
    for (const std::string& line : read_all(reader).lines) lines.push_back(line);
    REQUIRE(lines == Lines{"{\"a\": 1}", "{\"b\": \"\xC3\xA9\"}"});
  }
}

TEST_CASE("a byte order mark, blank lines and carriage returns are not part of a line") {
  const test::TempDir dir;
  const auto path = dir.write("log", "\xEF\xBB\xBF{}\r\n \t\r\n\n[1]\n");
  LineReader reader(1000);
  REQUIRE(reader.open(path));
  const Got got = read_all(reader);
  CHECK(got.lines == Lines{"{}", "[1]"});
  CHECK(got.offsets == std::vector<uint64_t>{0, 12});
}

TEST_CASE("reading goes on where it stopped after the file was closed, in the middle of a line too") {
  const test::TempDir dir;
  const auto path = dir.write("log", "one\ntw");
  LineReader reader(1000);
  REQUIRE(reader.open(path));
  CHECK(read_all(reader).lines == Lines{"one"});
  reader.close();
  dir.append("log", "o\nthree\n");
  REQUIRE(reader.open(path));
  CHECK(read_all(reader).lines == Lines{"two", "three"});
  CHECK(reader.position() == 14);
}

TEST_CASE("a line longer than the limit is skipped and the next one read") {
  const test::TempDir dir;
  const auto path = dir.write("log", "short\n" + std::string(300'000, 'x'));
  LineReader reader(1000);
  REQUIRE(reader.open(path));
  CHECK(read_all(reader).lines == Lines{"short"});
  reader.close();
  dir.append("log", std::string(300'000, 'y') + "\nafter\n" + std::string(1000, 'z') + "\n");
  REQUIRE(reader.open(path));
  const Got got = read_all(reader);
  CHECK(got.too_long == 1);
  CHECK(got.lines == Lines{"after", std::string(1000, 'z')});
}

TEST_CASE("a line over the limit that comes with its line break in one read is skipped, too") {
  const test::TempDir dir;
  const auto path = dir.write("log", std::string(11, 'x') + "\n" + std::string(10, 'y') + "\n");
  LineReader reader(10);
  REQUIRE(reader.open(path));
  const Got got = read_all(reader);
  CHECK(got.too_long == 1);
  CHECK(got.lines == Lines{std::string(10, 'y')});
}

TEST_CASE("a truncated file is read from its start again") {
  const test::TempDir dir;
  const auto path = dir.write("log", "one\ntwo\nthr");
  LineReader reader(1000);
  REQUIRE(reader.open(path));
  CHECK(read_all(reader).lines == Lines{"one", "two"});
  dir.write("log", "new\n");
  CHECK(read_all(reader).lines == Lines{"new"});
  CHECK(reader.restarts() == 1);
}

TEST_CASE("a file truncated and grown beyond the old size is known by its first bytes") {
  const test::TempDir dir;
  const auto path = dir.write("log", "one\n");
  LineReader reader(1000);
  REQUIRE(reader.open(path));
  CHECK(read_all(reader).lines == Lines{"one"});
  dir.write("log", "new one\nnew two\n");
  CHECK(read_all(reader).lines == Lines{"new one", "new two"});
  CHECK(reader.restarts() == 1);
}

TEST_CASE("another file under the same name is refused, the open one is read to its end") {
  const test::TempDir dir;
  const auto path = dir.write("log", "one\n");
  LineReader reader(1000);
  REQUIRE(reader.open(path));
  std::filesystem::rename(path, dir.path() / "log.1");
  dir.append("log.1", "two\n");
  dir.write("log", "other\n");
  CHECK(read_all(reader).lines == Lines{"one", "two"});
  const Status again = reader.open(path);
  REQUIRE_FALSE(again);
  CHECK(again.error().code == "replaced");
}

TEST_CASE("skipping to an offset starts with the line that was incomplete there") {
  const test::TempDir dir;
  const auto path = dir.write("log", "one\ntwo\nthr");
  LineReader reader(1000);
  REQUIRE(reader.open(path));
  reader.skip_to(11);
  CHECK(read_all(reader).lines.empty());
  dir.append("log", "ee\n");
  CHECK(read_all(reader).lines == Lines{"three"});
}

TEST_CASE("skipping into a line longer than the limit drops the rest of it") {
  const test::TempDir dir;
  const auto path = dir.write("log", "one\n" + std::string(5000, 'x'));
  LineReader reader(100);
  REQUIRE(reader.open(path));
  reader.skip_to(5004);
  dir.append("log", "x\nnext\n");
  const Got got = read_all(reader);
  CHECK(got.too_long == 1);
  CHECK(got.lines == Lines{"next"});
}

TEST_CASE("what is not a regular file or not there is refused by name") {
  const test::TempDir dir;
  LineReader reader(100);
  CHECK(reader.open(dir.path().string()).error().code == "not_a_file");
  CHECK(reader.open((dir.path() / "none").string()).error().code == "no_file");
}

}  // namespace
}  // namespace relay
