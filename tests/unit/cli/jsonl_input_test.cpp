#include "cli/client/jsonl_input.h"

#include <fstream>
#include <string>
#include <vector>

#include "cli/output/file_output.h"
#include "support/catch.h"
#include "support/temp_dir.h"

namespace relay {
namespace {

using test::TempDir;

struct Read {
  std::vector<std::string> lines;  // "NUMBER:TEXT", a long one without its text
  std::string error;
};

Read read(const std::filesystem::path& path) {
  auto input = JsonlInput::open(path);
  REQUIRE(input);
  Read all;
  for (std::string_view line;;) {
    const auto taken = (*input)->next(line);
    if (!taken) all.error = taken.error().message;
    if (!taken || *taken == JsonlInput::Take::end) return all;
    const bool whole = *taken == JsonlInput::Take::line;
    all.lines.push_back(std::to_string((*input)->line_number()) + ':' + (whole ? std::string(line) : "long"));
  }
}

void write(const std::filesystem::path& path, const std::string& text) {
  auto output = FileOutput::open(path);
  REQUIRE(output);
  REQUIRE((*output)->write(text) == WriteOutcome::ok);
  REQUIRE((*output)->finish() == WriteOutcome::ok);
}

TEST_CASE("lines are numbered, blank ones too, and the last needs no line break") {
  TempDir directory;
  for (const char* name : {"a.jsonl", "a.jsonl.zst"}) {
    write(directory.path() / name, "one\n\n \r\nfour\nfive");
    CHECK(read(directory.path() / name).lines == std::vector<std::string>{"1:one", "4:four", "5:five"});
  }
  write(directory.path() / "empty", "");
  CHECK(read(directory.path() / "empty").lines.empty());
  write(directory.path() / "tiny", "x");
  CHECK(read(directory.path() / "tiny").lines == std::vector<std::string>{"1:x"});
}

TEST_CASE("compressed text is told by its content, one frame behind the other, and must be whole") {
  TempDir directory;
  const auto path = directory.path() / "a.zst";
  write(path, std::string(1 << 20, 'x') + "\ny\n");
  std::ifstream file(path, std::ios::binary);
  const std::string frame{std::istreambuf_iterator<char>(file), {}};
  CHECK(frame.size() < 1000);
  std::ofstream(directory.path() / "b", std::ios::binary) << frame << frame;
  const Read twice = read(directory.path() / "b");
  REQUIRE(twice.lines.size() == 4);
  CHECK(twice.lines[0].size() == (1 << 20) + 2);
  CHECK(twice.lines[3] == "4:y");
  std::ofstream(directory.path() / "c", std::ios::binary) << frame << frame.substr(0, frame.size() - 3);
  CHECK_THAT(read(directory.path() / "c").error, Catch::Matchers::Contains("not whole"));
}

TEST_CASE("a line that is too long is passed over") {
  TempDir directory;
  const std::string longer(JsonlInput::kMaxLine + 1, 'x');
  write(directory.path() / "a", "one\n" + longer + '\n' + longer + longer + "\nfour\n" + longer);
  CHECK(read(directory.path() / "a").lines ==
        std::vector<std::string>{"1:one", "2:long", "3:long", "4:four", "5:long"});
}

TEST_CASE("a file that is not there is an error") {
  const auto refused = JsonlInput::open("/nowhere/at/all");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "no_input");
}

}  // namespace
}  // namespace relay
