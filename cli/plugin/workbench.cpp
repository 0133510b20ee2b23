#include "cli/plugin/workbench.h"

#include <fstream>
#include <iterator>
#include <mutex>
#include <seneca/json.hpp>
#include <utility>

#include "cli/output/stream.h"
#include "cli/plugin/places.h"
#include "event/json_check.h"
#include "isolation/isolated_library.h"
#include "plugin/directory.h"

namespace relay {
namespace {

/// What a plugin logs, among the notices.
class NoticeLogger final : public Logger {
 public:
  explicit NoticeLogger(const Notices& notices) : notices_(notices) {}
  void write(LogLevel level, std::string_view component, std::string_view text) override {
    const std::string line = std::string(component) + ": " + std::string(text);
    const std::lock_guard lock(mutex_);
    if (level == LogLevel::debug)
      notices_.detail(line);
    else
      notices_.notice(line);
  }

 private:
  std::mutex mutex_;  // a plugin may log from threads of its own
  const Notices notices_;
};

}  // namespace

Result<std::string> read_plugin_config(const std::string& flag) {
  std::string text = flag;
  if (!flag.empty() && flag.front() == '@') {
    std::ifstream file(flag.substr(1), std::ios::binary);
    if (!file) return fail("bad_config_file", flag.substr(1), "cannot be read; name a JSON file after the @");
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  if (check_json(text) != JsonFault::none || !seneca::JsonView(text).is_object())
    return fail("bad_config", "--config", "is no JSON object; give {\"key\": …} or @FILE");
  return text;
}

struct PluginWorkbench::Published {
  std::mutex mutex;
  std::vector<EventRef> events;
};

PluginWorkbench::PluginWorkbench(std::string name, const Notices& notices)
    : name_(std::move(name)),
      logger_(std::make_unique<NoticeLogger>(notices)),
      published_(std::make_unique<Published>()) {}

PluginWorkbench::~PluginWorkbench() = default;

Result<std::unique_ptr<PluginWorkbench>> PluginWorkbench::open(const std::string& wanted,
                                                               const Notices& notices, bool isolated) {
  const auto file = PluginDirectory(plugin_places()).find(wanted);
  if (!file) return tl::unexpected(file.error());
  std::unique_ptr<PluginWorkbench> bench(new PluginWorkbench(file->stem().string(), notices));
  if (const Status loaded = bench->load(*file, isolated); !loaded) return tl::unexpected(loaded.error());
  return bench;
}

Status PluginWorkbench::load(const std::filesystem::path& file, bool isolated) {
  auto trusted = TrustedFile::open(file);
  if (!trusted) return tl::unexpected(trusted.error());
  IsolatedLibrary::Settings settings;
  settings.host = plugin_host();
  auto library = isolated ? IsolatedLibrary::open(file, std::move(*trusted), settings, surroundings())
                          : PluginLibrary::open(file, *trusted);
  if (!library) return tl::unexpected(library.error());
  library_ = std::move(*library);
  return {};
}

bool PluginWorkbench::publish(const EventFields& fields) {
  EventRef event = Event::make(fields);
  const std::lock_guard lock(published_->mutex);
  if (published_->events.size() == kMaxPublished) return false;
  published_->events.push_back(std::move(event));
  return true;
}

std::vector<EventRef> PluginWorkbench::take_published() {
  const std::lock_guard lock(published_->mutex);
  return std::exchange(published_->events, {});
}

}  // namespace relay
