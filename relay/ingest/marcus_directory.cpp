#include "ingest/marcus_directory.h"
#include "base/thread_name.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

namespace relay {
namespace {

constexpr size_t kBytesPerPublication = 4 << 20;
constexpr int64_t kPollUs = 200'000;
constexpr int64_t kTickUs = 1'000'000;

std::string absolute(const std::string& path) {
  std::error_code ignored;
  std::string text = std::filesystem::absolute(path.empty() ? "." : path, ignored).lexically_normal();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

// Marcus's own places, and the root itself for a folder that holds the files flat.
std::vector<std::string> directories_below(const std::string& root) {
  return {root, root + "/data", root + "/data/audit_logs", root + "/logs/agent_events",
          root + "/logs/conversations"};
}

std::string database_below(const std::string& root) {
  std::error_code ignored;
  const std::string flat = root + "/marcus.db";
  return std::filesystem::exists(flat, ignored) ? flat : root + "/data/marcus.db";
}

int64_t backfill_us(const SourceConfig& config) { return static_cast<int64_t>(config.backfill * 1e6); }

}  // namespace

MarcusDirectory::MarcusDirectory(Intake& intake, Clock& clock, Logger& logger, const SourceConfig& config,
                                 Options options, const Positions& positions)
    : config_(config),
      name_("marcus:" + config.instance),
      options_(options),
      root_(absolute(config.path)),
      directories_(directories_below(root_)),
      clock_(clock),
      logger_(logger),
      board_(name_, "marcus"),
      delivery_(intake, stop_, board_),
      parser_(config_, clock, logger, board_),
      stored_(positions_of(name_, positions, logger)),
      obstacles_(clock, logger, board_),
      open_files_(options.max_open_files, clock, obstacles_),
      context_{parser_, board_, stop_, open_files_, config.max_line, name_},
      files_(context_, open_files_, obstacles_, clock, backfill_us(config), std::move(stored_.files),
             positions_),
      database_(database_below(root_), backfill_us(config), config.max_line, parser_, clock, board_, name_,
                stored_, positions_),
      watch_(root_, directories_) {}

MarcusDirectory::MarcusDirectory(Intake& intake, Clock& clock, Logger& logger, const SourceConfig& config,
                                 const Positions& positions)
    : MarcusDirectory(intake, clock, logger, config, Options(), positions) {}

MarcusDirectory::~MarcusDirectory() { stop(); }

void MarcusDirectory::start() {
  // Looked at before the caller can say that it is ready: what is written from then on is live.
  first_look();
  thread_ = std::thread([this] {
    name_thread("source-marcus");
    run();
  });
}

void MarcusDirectory::stop() {
  stop_.raise();
  if (thread_.joinable()) thread_.join();
}

void MarcusDirectory::run() {
  while (!stop_.raised()) {
    if (!read_everything_new()) break;
    wait_for_change();
    look_for_changes();
  }
  board_.update([](SourceStatus& status) { status.state = "stopped"; });
}

void MarcusDirectory::first_look() {
  if (options_.use_inotify) {
    if (const Status opened = watch_.open(); !opened) logger_.warn("ingest", opened.error().to_string());
  }
  // The watches stand before the look, so nothing written meanwhile is missed.
  std::vector<DirectoryChange> ignored;
  watch_.refresh(ignored);
  FileTable::News news;
  // After an earlier run, what it did not know has come since.
  scan_all(stored_.any ? FileTable::Arrival::later : FileTable::Arrival::start, news);
  merge(news);
  poll_database();
  show_status();
}

bool MarcusDirectory::read_everything_new() {
  while (!(merge_.empty() && positions_.empty()) && !stop_.raised()) {
    merge_.fill(batch_, positions_, options_.max_events, kBytesPerPublication);
    if (!delivery_.deliver(batch_, parser_.take_bytes(), positions_)) return false;
    if (!merge_.empty()) look_for_changes();
  }
  return true;
}

void MarcusDirectory::wait_for_change() {
  const int64_t deadline_us = std::min(next_poll_us_, next_tick_us_);
  const int64_t wait_us = std::max<int64_t>(0, deadline_us - clock_.monotonic_us());
  std::array<pollfd, 2> wanted{{{stop_.fd(), POLLIN, 0}, {watch_.fd(), POLLIN, 0}}};
  ::poll(wanted.data(), wanted.size(), static_cast<int>((wait_us + 999) / 1000));
}

void MarcusDirectory::look_for_changes() {
  std::vector<DirectoryChange> changes;
  watch_.read(changes);
  FileTable::News news;
  for (const DirectoryChange& change : changes) handle(change, news);
  merge(news);
  const int64_t now_us = clock_.monotonic_us();
  if (now_us >= next_poll_us_) poll_database();
  if (now_us >= next_tick_us_) tick();
}

void MarcusDirectory::handle(const DirectoryChange& change, FileTable::News& news) {
  using Kind = DirectoryChange::Kind;
  switch (change.kind) {
    case Kind::appeared:
    case Kind::touched:
      if (change.name.starts_with("marcus.db")) {
        next_poll_us_ = 0;
        return;
      }
      return files_.look(change.directory, change.name, change.kind == Kind::appeared,
                         FileTable::Arrival::later, news);
    case Kind::gone:
      return files_.gone(change.directory + "/" + change.name, news);
    case Kind::new_folder:
      return files_.scan(change.directory, FileTable::Arrival::later, news);
    case Kind::lost_folder:
      return files_.folder_gone(change.directory, news);
    case Kind::overflow:
      return scan_all(FileTable::Arrival::later, news);
  }
}

void MarcusDirectory::scan_all(FileTable::Arrival arrival, FileTable::News& news) {
  for (const std::string& directory : directories_) files_.scan(directory, arrival, news);
}

void MarcusDirectory::poll_database() {
  next_poll_us_ = clock_.monotonic_us() + kPollUs;
  if (database_.poll()) merge_.add(database_);
}

void MarcusDirectory::tick() {
  next_tick_us_ = clock_.monotonic_us() + kTickUs;
  FileTable::News news;
  files_.tick(news);
  if (watch_.fd() < 0 || !watch_.error().empty()) {
    std::vector<DirectoryChange> ignored;
    watch_.refresh(ignored);
    scan_all(FileTable::Arrival::later, news);
  }
  merge(news);
  show_status();
}

void MarcusDirectory::merge(const FileTable::News& news) {
  for (FollowedFile* file : news) merge_.add(*file);
}

void MarcusDirectory::show_status() {
  const bool polling = watch_.fd() < 0 || !watch_.error().empty();
  const std::string why = watch_.error().empty() ? "inotify is off" : watch_.error();
  std::string state = polling ? "polling: " + why : "following";
  if (!polling && watch_.watched() == 0) state = "waiting for " + root_;
  board_.update([&](SourceStatus& status) {
    status.state = std::move(state);
    status.files = files_.size();
    status.open_files = open_files_.files().size();
    status.lag_bytes = files_.unread_bytes();
  });
}

}  // namespace relay
