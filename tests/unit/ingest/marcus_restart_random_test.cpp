#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "marcus_database.h"
#include "restarting.h"
#include "support/catch.h"

namespace relay::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolder = "logs/agent_events/";
constexpr const char* kDatabase = "data/marcus.db";
constexpr int kCrashes = 400;

/// A Marcus that does what Marcus, logrotate and sqlite3 do, at random but the same in each run, and knows
/// which records it has written. What loses records whatever reads them (to truncate or delete what was not
/// read, to give a foreign name to a file never seen, or to truncate one that has such a name) it leaves.
class RandomMarcus {
 public:
  explicit RandomMarcus(Restarting& relay) : relay_(relay) { open_database()->make_table(); }

  void act() {
    switch (below(16)) {
      case 0:
        return tear();
      case 1:
        return rubbish();
      case 2:
        return rotate("agent_events_" + std::to_string(++names_) + ".jsonl");
      case 3:
        return rotate("rotated." + std::to_string(++names_));
      case 4:
        return copy_and_truncate();
      case 5:
        return remove();
      case 6:
      case 7:
        return store();
      case 8:
        return store_again();
      case 9:
        return open_database()->run("VACUUM");
      case 10:
        return prune();
      case 11:
        return replace_database();
      default:
        return append();
    }
  }

  /// Every record must come once: false when one has come that was not written or came before.
  [[nodiscard]] bool check_new_events() {
    for (; checked_ < relay_.events.size(); ++checked_) {
      const int number = number_of(relay_.events[checked_]);
      if (number != Restarting::kMarker && missing_.erase(number) == 0) return false;
    }
    return true;
  }
  /// What is torn is no record yet.
  void complete_lines() {
    for (LogFile& file : files_) write(file, "");
  }
  [[nodiscard]] const std::set<int>& missing() const { return missing_; }
  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }

 private:
  struct LogFile {
    std::string name;
    std::vector<int> numbers{};  // of its records, since it was last empty
    std::string torn{};          // what is missing of its last line
    int torn_number = 0;
  };

  std::unique_ptr<MarcusDatabase> open_database() const {
    return std::make_unique<MarcusDatabase>(relay_.dir.path() / kDatabase);
  }
  fs::path path_of(const LogFile& file) const { return relay_.dir.path() / kFolder / file.name; }
  bool all_came(const std::vector<int>& numbers) const {
    return std::none_of(numbers.begin(), numbers.end(), [&](int each) { return missing_.contains(each); });
  }
  bool some_came(const std::vector<int>& numbers) const {
    return std::any_of(numbers.begin(), numbers.end(), [&](int each) { return !missing_.contains(each); });
  }
  // One of up to four that Marcus writes to and those that were rotated.
  LogFile& any_file() {
    const int at = below(static_cast<int>(files_.size()) + 1);
    if (at < static_cast<int>(files_.size())) return files_[static_cast<size_t>(at)];
    const std::string name = "agent_events_current" + std::to_string(below(4)) + ".jsonl";
    const auto found =
        std::find_if(files_.begin(), files_.end(), [&](const LogFile& each) { return each.name == name; });
    return found != files_.end() ? *found : files_.emplace_back(LogFile{name});
  }
  void write(LogFile& file, const std::string& text) {
    relay_.dir.append(kFolder + file.name, file.torn + text);
    if (!file.torn.empty()) expect(file, file.torn_number);
    file.torn.clear();
  }
  void expect(LogFile& file, int number) {
    missing_.insert(number);
    file.numbers.push_back(number);
  }

  void append() {
    LogFile& file = any_file();
    for (int count = 1 + below(4); count > 0; --count) append_to(file);
  }
  void append_to(LogFile& file) {
    write(file, agent_line(++numbers_));
    expect(file, numbers_);
  }
  void tear() {
    LogFile& file = any_file();
    const std::string line = agent_line(++numbers_);
    const auto cut = static_cast<size_t>(1 + below(static_cast<int>(line.size()) - 1));
    write(file, line.substr(0, cut));
    file.torn = line.substr(cut);
    file.torn_number = numbers_;
  }
  void rubbish() {
    const std::string text = "no record " + std::to_string(++names_);
    write(any_file(), text + (below(2) == 0 ? std::string(2000, 'x') : "") + "\n\n");
  }
  void rotate(const std::string& name) {
    LogFile& file = any_file();
    if (!some_came(file.numbers)) return;
    const fs::path old = path_of(file);
    file.name = name;
    fs::rename(old, path_of(file));
  }
  void copy_and_truncate() {
    LogFile& file = any_file();
    if (file.name.starts_with("rotated") || file.numbers.empty() || !all_came(file.numbers)) return;
    fs::copy_file(path_of(file), elsewhere_.path() / std::to_string(++names_));
    fs::resize_file(path_of(file), 0);
    file.numbers.clear();
    file.torn.clear();
    if (below(2) == 0) append_to(file);
  }
  void remove() {
    LogFile& file = any_file();
    if (!all_came(file.numbers)) return;
    fs::remove(path_of(file));
    files_.erase(files_.begin() + (&file - files_.data()));
  }

  void store() {
    const auto database = open_database();
    for (int count = 1 + below(4); count > 0; --count) store_in(*database);
  }
  void store_in(const MarcusDatabase& database) {
    database.store(++numbers_);
    rows_.push_back(numbers_);
    missing_.insert(numbers_);
  }
  // One of the newest, as only those are known after a restart.
  void store_again() {
    if (rows_.empty()) return;
    const auto newest = static_cast<int>(std::min<size_t>(rows_.size(), 5));
    open_database()->store(rows_[rows_.size() - 1 - static_cast<size_t>(below(newest))]);
  }
  void prune() {
    if (rows_.empty()) return;
    const int number = rows_[static_cast<size_t>(below(static_cast<int>(rows_.size())))];
    if (!missing_.contains(number))
      open_database()->run("DELETE FROM persistence WHERE key = 'evt_" + std::to_string(number) + "'");
  }
  void replace_database() {
    if (!all_came(rows_) || below(3) > 0) return;
    {
      const MarcusDatabase other(elsewhere_.path() / "new.db");
      other.make_table();
      for (size_t at = rows_.size() - std::min<size_t>(rows_.size(), 3); at < rows_.size(); ++at)
        other.store(rows_[at]);
      store_in(other);
    }
    fs::rename(elsewhere_.path() / "new.db", relay_.dir.path() / kDatabase);
  }

  Restarting& relay_;
  TempDir elsewhere_;
  std::mt19937 random_{20260302};
  std::vector<LogFile> files_;
  std::vector<int> rows_;
  std::set<int> missing_;
  int numbers_ = 0;
  int names_ = 0;
  size_t checked_ = 0;
};

TEST_CASE(
    "killed hundreds of times amid appends, rotations, truncations and deletions, nothing is lost or twice") {
  Restarting relay;
  relay.config.max_line = 1000;
  RandomMarcus marcus(relay);
  for (int crash = 0; crash < kCrashes; ++crash) {
    CAPTURE(crash);
    for (int acts = marcus.below(6); acts > 0; --acts) marcus.act();
    relay.options = {true, 3, static_cast<size_t>(1 + marcus.below(5))};
    relay.start();
    for (int commits = marcus.below(12); commits > 0; --commits) {
      if (marcus.below(3) == 0) marcus.act();
      if (marcus.missing().empty()) continue;
      REQUIRE(relay.commit_one());
      REQUIRE(marcus.check_new_events());
    }
    relay.crash();
  }
  relay.start();
  REQUIRE(relay.commit_all());
  CHECK(marcus.check_new_events());
  CHECK(marcus.missing().empty());
  relay.crash();
  marcus.complete_lines();
  relay.start();
  REQUIRE(relay.commit_all());
  CHECK(marcus.check_new_events());
  CHECK(marcus.missing().empty());
}

}  // namespace
}  // namespace relay::test
