#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "event/envelope.h"
#include "plugin/event_batch.h"
#include "plugin/instance.h"
#include "plugin/library.h"

namespace relay::test {

/// What the plugin made of one record.
struct Outcome {
  EventRef event;
  Verdict verdict = Verdict::pass;
  std::string reason;
  std::vector<EventRef> emitted;
};

/// A record as the file source would bring it: `kind` is "agent_events", "decisions", ….
inline EventRef read_record(std::string_view kind, std::string_view json, std::string_view id = "file:0",
                            std::string_view instance = "main") {
  using Hint = EnvelopeOptions::Hint;
  const std::string source = "/marcus/" + std::string(instance) + "/" + std::string(kind);
  EnvelopeOptions options;
  options.default_source = source;
  options.fallback_id = id;
  options.tolerant = true;
  options.max_data = 4 << 20;
  options.hint = kind == "agent_events" ? Hint::agent_events
                 : kind == "realtime"   ? Hint::realtime
                 : kind == "audit"      ? Hint::audit
                 : kind == "events"     ? Hint::events
                                        : Hint::conversations;
  Result<EventRef> event = parse_event(json, options);
  if (!event) throw std::runtime_error(event.error().to_string() + ": " + std::string(json));
  return std::move(*event);
}

/// The built plugin, loaded and driven through its C ABI as the pipeline does.
class LoadedPlugin final : public HostServices {
 public:
  explicit LoadedPlugin(const char* file, const std::string& config = "{}")
      : logger_(make_null_logger()), batch_(EventBatch::Limits{}) {
    auto library = PluginLibrary::open(file);
    if (!library) throw std::runtime_error(library.error().to_string());
    auto instance = PluginInstance::create(*library, "under test", config, {*logger_, clock_, *this, {}});
    if (!instance) throw std::runtime_error(instance.error().to_string());
    instance_ = std::move(*instance);
  }

  Outcome feed(EventRef event) {
    batch_.assign({&event, 1});
    instance_->process(batch_);
    Outcome outcome{
        batch_.changed(0) ? batch_.changed(0) : event, batch_.verdict(0), std::string(batch_.reason(0)), {}};
    for (const EventBatch::Emitted& emitted : batch_.emitted()) outcome.emitted.push_back(emitted.event);
    return outcome;
  }
  Outcome feed(std::string_view kind, std::string_view json) { return feed(read_record(kind, json)); }

  std::vector<EventRef> tick(int64_t now_us) {
    instance_->tick(now_us, batch_);
    std::vector<EventRef> events;
    for (const EventBatch::Emitted& emitted : batch_.emitted()) events.push_back(emitted.event);
    return events;
  }

  PluginInstance& instance() { return *instance_; }
  bool publish(const EventFields&) override { return true; }

 private:
  std::unique_ptr<Logger> logger_;
  SystemClock clock_;
  EventBatch batch_;
  std::unique_ptr<PluginInstance> instance_;
};

}  // namespace relay::test
