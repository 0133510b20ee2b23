#include "plugin/instance.h"

#include <seneca/ext/process.h>
#include <algorithm>
#include <array>
#include <cassert>
#include <seneca/json.hpp>
#include <utility>

#include "base/ids.h"
#include "event/json_check.h"
#include "plugin/one_line.h"
#include "plugin/plugin_client.h"
#include "plugin/schema.h"

namespace relay {
namespace {

constexpr size_t kMaxRendered = 1 << 20;
constexpr size_t kMaxState = 16 << 20;
constexpr size_t kMaxStatus = 16 << 10;
constexpr size_t kMaxLogLine = 1024;
constexpr size_t kMaxReasons = 64;
constexpr uint32_t kMinTickMs = 10;

}  // namespace

Result<std::unique_ptr<PluginInstance>> PluginInstance::create(std::shared_ptr<PluginLibrary> library,
                                                               std::string name, const std::string& config,
                                                               const Surroundings& surroundings) {
  Status status = check_against_schema(library->config_schema(), config, "plugins/" + name + "/config");
  if (!status) return tl::unexpected(status.error());
  std::unique_ptr<PluginInstance> instance(
      new PluginInstance(std::move(library), std::move(name), surroundings));
  status = instance->start(config);
  if (!status) return tl::unexpected(status.error());
  return instance;
}

PluginInstance::PluginInstance(std::shared_ptr<PluginLibrary> library, std::string name,
                               const Surroundings& surroundings)
    : library_(std::move(library)),
      name_(std::move(name)),
      surroundings_(surroundings),
      created_us_(surroundings.clock.wall_us()) {
  host_.size = sizeof host_;
  host_.abi_major = SENECA_ABI_MAJOR;
  host_.abi_minor = SENECA_ABI_MINOR;
  host_.impl = this;
  host_.log = log;
  host_.publish = publish;
  host_.extension = extension;
}

Status PluginInstance::start(std::string_view config) {
  seneca_error error{};
  const int32_t code =
      contained(error, [&] { return library_->create(&host_, to_str(config), &self_, &error); });
  created_ = code == SENECA_OK;
  metrics_.close();
  if (created_) return {};
  return fail("plugin_create_failed", name_, std::string(kRefused) + text_of(error));
}

PluginInstance::~PluginInstance() {
  if (!created_) return;
  seneca_error error{};
  const int32_t code = contained(error, [&] {
    library_->destroy(self_);
    return SENECA_OK;
  });
  if (code != SENECA_OK) surroundings_.logger.error(name_, "its destroy threw: " + text_of(error));
}

std::vector<MetricValue> PluginInstance::metrics() const {
  std::optional<std::vector<MetricValue>> elsewhere = library_->metrics(self_);
  return elsewhere ? std::move(*elsewhere) : metrics_.read();
}

std::string_view PluginInstance::own_match() const {
  return has_filter() && SENECA_HAS(roles().filter, match) ? roles().filter->match : "";
}

uint32_t PluginInstance::tick_interval_ms() const {
  return has_timer() ? std::max(roles().timer->interval_ms, kMinTickMs) : 0;
}

void PluginInstance::count_call(int64_t begin_us) {
  const auto spent = static_cast<uint64_t>(surroundings_.clock.monotonic_us() - begin_us);
  ++counters_.calls;
  counters_.time_us += spent;
  counters_.max_us = std::max(counters_.max_us, spent);
}

void PluginInstance::process(EventBatch& batch) {
  assert(has_filter());
  batch.set_now(surroundings_.clock.wall_us());
  seneca_error error{};
  const int32_t code = call(error, [&] { return roles().filter->process(self_, batch.abi(), &error); });
  if (code == SENECA_OK) {
    batch.close();
  } else {
    ++counters_.errors;
    batch.close_failed(text_of(error));
  }
  count(batch);
}

void PluginInstance::tick(int64_t now_us, EventBatch& batch) {
  assert(has_timer());
  batch.assign_tick(name_ + '-' + std::to_string(now_us), now_us);
  seneca_error error{};
  const int32_t code = call(error, [&] { return roles().timer->tick(self_, now_us, batch.abi(), &error); });
  if (code == SENECA_OK) {
    batch.close();
  } else {
    ++counters_.errors;
    batch.close_failed({});
    surroundings_.logger.warn(name_, "its timer failed: " + text_of(error));
  }
  count(batch);
}

void PluginInstance::count(EventBatch& batch) {
  static constexpr std::array<std::string_view, 4> kFates = {"passed", "dropped", "rejected", "failed"};
  const std::array<uint64_t*, 4> fates = {&counters_.passed, &counters_.dropped, &counters_.rejected,
                                          &counters_.failed};
  counters_.events += batch.size();
  counters_.emitted += batch.emitted().size();
  counters_.refused += batch.refused();
  for (uint32_t i = 0; i < batch.size(); ++i) {
    const auto fate = static_cast<size_t>(batch.verdict(i));
    ++*fates[fate];
    if (batch.verdict(i) == Verdict::pass) continue;
    if (batch.reason(i).empty()) batch.explain(i, std::string(kFates[fate]) + " by " + name_);
    count_reason(batch.reason(i));
  }
}

void PluginInstance::count_reason(std::string_view reason) {
  auto& reasons = counters_.reasons;
  auto found = reasons.find(reason);
  if (found == reasons.end() && reasons.size() >= kMaxReasons) found = reasons.try_emplace("other", 0).first;
  if (found == reasons.end()) found = reasons.try_emplace(std::string(reason), 0).first;
  ++found->second;
}

Result<bool> PluginInstance::render(const Event& event, std::string_view ui_event, std::string& out) {
  assert(has_view());
  out.clear();
  seneca_event seen;
  to_abi(event, seen);
  seen.priority =
      SENECA_PRIORITY_CRITICAL + static_cast<int32_t>(event.priority());  // routes have decided by now
  BoundedWriter writer{out, kMaxRendered};
  seneca_error error{};
  const int32_t code =
      call(error, [&] { return roles().view->render(self_, &seen, to_str(ui_event), &writer.abi, &error); });
  if (code == SENECA_VIEW_DECLINED) {
    out.clear();
    return false;
  }
  std::string problem;
  if (writer.overflown)
    problem = "wrote more than 1 MiB";
  else if (code != SENECA_VIEW_RENDERED)
    problem = text_of(error);
  else if (check_json(out) != JsonFault::none)
    problem = "wrote no valid JSON";
  if (problem.empty()) {
    ++counters_.rendered;
    return true;
  }
  ++counters_.errors;
  out.clear();
  return fail("plugin_render_failed", name_, "its view of " + std::string(ui_event) + " failed: " + problem);
}

Status PluginInstance::start_source() {
  assert(has_source());
  seneca_error error{};
  if (contained(error, [&] { return roles().source->start(self_, &error); }) == SENECA_OK) return {};
  return fail("plugin_source_failed", name_, "could not be started: " + text_of(error));
}

void PluginInstance::stop_source() {
  seneca_error error{};
  const int32_t code = contained(error, [&] {
    roles().source->stop(self_);
    return SENECA_OK;
  });
  if (code != SENECA_OK) surroundings_.logger.error(name_, "its stop threw: " + text_of(error));
}

std::string PluginInstance::source_status() {
  std::string out;
  if (!SENECA_HAS(roles().source, status)) return out;
  BoundedWriter writer{out, kMaxStatus};
  seneca_error error{};
  const int32_t code = contained(error, [&] { return roles().source->status(self_, &writer.abi, &error); });
  const bool valid = code == SENECA_OK && !writer.overflown && check_json(out) == JsonFault::none &&
                     seneca::JsonView(out).is_object();
  return valid ? out : "";
}

Result<std::string> PluginInstance::save_state() {
  assert(has_state());
  std::string saved;
  BoundedWriter writer{saved, kMaxState};
  seneca_error error{};
  const int32_t code = contained(error, [&] { return roles().state->save(self_, &writer.abi, &error); });
  if (writer.overflown)
    return fail("plugin_state_failed", name_, "its state is larger than 16 MiB; keep less");
  if (code != SENECA_OK) return fail("plugin_state_failed", name_, text_of(error));
  return saved;
}

Status PluginInstance::load_state(std::string_view saved) {
  assert(has_state());
  seneca_error error{};
  const int32_t code = contained(error, [&] { return roles().state->load(self_, to_str(saved), &error); });
  if (code != SENECA_OK) return fail("plugin_state_failed", name_, text_of(error));
  return {};
}

Status PluginInstance::adopt_state(PluginInstance& old) {
  if (!has_state() || !old.has_state()) return {};
  const Result<std::string> saved = old.save_state();
  const Status loaded = saved ? load_state(*saved) : Status(tl::unexpected(saved.error()));
  if (loaded) return {};
  return fail("plugin_state_failed", name_,
              "starts empty, its state could not be taken over: " + loaded.error().message);
}

void PluginInstance::log(const seneca_host* host, int32_t level, seneca_str text) noexcept {
  const auto& self = *static_cast<const PluginInstance*>(host->impl);
  if (text.ptr == nullptr) return;
  const auto clamped = static_cast<LogLevel>(std::clamp<int32_t>(level, SENECA_LOG_DEBUG, SENECA_LOG_ERROR));
  self.surroundings_.logger.write(clamped, self.name_, one_line(to_view(text), kMaxLogLine));
}

int32_t PluginInstance::publish(const seneca_host* host, const seneca_event* event) noexcept {
  const auto& self = *static_cast<const PluginInstance*>(host->impl);
  EventFields fields;
  if (!event || from_abi(*event, self.surroundings_.limits, fields) != SENECA_OK) return SENECA_E_INVALID;
  if (fields.time_us == 0) fields.time_us = self.surroundings_.clock.wall_us();
  std::array<char, 36> id;
  if (fields.id.empty()) {
    write_uuid_v7(fields.time_us, id);
    fields.id = {id.data(), id.size()};
  }
  return self.surroundings_.services.publish(fields) ? SENECA_OK : SENECA_E_FULL;
}

int32_t PluginInstance::add_metric(const seneca_host* host, int32_t kind, seneca_str name,
                                   seneca_metric** metric) noexcept {
  if (metric == nullptr || (name.ptr == nullptr && name.len != 0)) return SENECA_E_INVALID;
  *metric = nullptr;
  return static_cast<PluginInstance*>(host->impl)->metrics_.add(kind, to_view(name), *metric);
}

const void* PluginInstance::extension(const seneca_host* host, const char* id) noexcept {
  static constexpr seneca_metrics kMetrics{sizeof(seneca_metrics), add_metric, PluginMetrics::count,
                                           PluginMetrics::set, PluginMetrics::record};
  static constexpr seneca_process kProcess{sizeof(seneca_process)};
  const auto& self = *static_cast<const PluginInstance*>(host->impl);
  const std::string_view wanted = id != nullptr ? id : "";
  if (wanted == SENECA_METRICS) return &kMetrics;
  if (wanted == SENECA_PROCESS && self.surroundings_.own_process) return &kProcess;
  return wanted == SENECA_CLIENTS ? clients_extension() : nullptr;
}

}  // namespace relay
