#include "isolation/isolated_library.h"

#include <utility>

#include "base/utf8.h"
#include "isolation/isolated_plugin.h"
#include "plugin/contained.h"
#include "plugin/schema.h"

namespace relay {
namespace {

constexpr int64_t kInspectUs = 10'000'000;

IsolatedPlugin& plugin(void* self) { return *static_cast<IsolatedPlugin*>(self); }

int32_t process(void* self, const seneca_batch* batch, seneca_error*) {
  plugin(self).process(*batch);
  return SENECA_OK;
}

int32_t tick(void* self, int64_t now_us, const seneca_batch* batch, seneca_error* error) {
  return plugin(self).tick(now_us, *batch, *error);
}

int32_t render(void* self, const seneca_event* event, seneca_str ui_event, const seneca_writer* out,
               seneca_error* error) {
  return plugin(self).render(*event, ui_event, *out, *error);
}

int32_t save(void* self, const seneca_writer* out, seneca_error* error) {
  return plugin(self).save(*out, *error);
}

int32_t load(void* self, seneca_str saved, seneca_error* error) { return plugin(self).load(saved, *error); }

constexpr seneca_state kState{sizeof(seneca_state), save, load};

Result<PluginFacts> inspect(const std::filesystem::path& path, const TrustedFile& file,
                            const IsolatedLibrary::Settings& settings,
                            const PluginInstance::Surroundings& surroundings) {
  const std::string name = path.stem().string();
  auto process = PluginProcess::start({settings.host, path, settings.memory_bytes}, file, name, surroundings);
  if (!process) return tl::unexpected(process.error());
  ByteWriter content = (*process)->request();
  LoadOrder{path.native(), surroundings.limits, std::nullopt}.write(content);
  (*process)->send(CallKind::load, content);
  switch ((*process)->wait(kInspectUs)) {
    case PluginProcess::Wait::answered:
      break;
    case PluginProcess::Wait::overdue:
      return fail("plugin_process_failed", path.string(), "did not load within 10 s");
    case PluginProcess::Wait::gone:
      return fail("plugin_process_failed", path.string(),
                  "ended the process that loaded it, which " + (*process)->end());
  }
  ByteReader in((*process)->content());
  if ((*process)->code() != SENECA_OK) return tl::unexpected(read_error(in));
  PluginFacts facts = PluginFacts::read(in);
  if (!in.at_end()) return fail("plugin_process_failed", path.string(), "its process answered nonsense");
  return facts;
}

// A process of the plugin has said all this: it is believed no more than its file would be.
Status check(const PluginFacts& facts, const std::string& path) {
  for (const std::string* text : {&facts.id, &facts.version, &facts.summary, &facts.match, &facts.schema})
    if (text->find('\0') != std::string::npos || valid_utf8_prefix(*text) != text->size())
      return fail("plugin_bad_table", path, "one of its texts is not UTF-8, or holds a NUL");
  if (facts.beside || !(facts.filter || facts.view || facts.timer))
    return fail(
        "plugin_not_isolatable", path,
        "serves clients, or brings events in or out: only plugins whose roles are filter, view, timer and "
        "state can have a process of their own; take `isolation` away");
  return facts.schema.empty() ? Status() : check_schema(facts.schema, path);
}

}  // namespace

Result<std::shared_ptr<PluginLibrary>> IsolatedLibrary::open(
    const std::filesystem::path& path, TrustedFile file, const Settings& settings,
    const PluginInstance::Surroundings& surroundings) {
  auto facts = inspect(path, file, settings, surroundings);
  if (!facts) return tl::unexpected(facts.error());
  if (Status status = check(*facts, path.string()); !status) return tl::unexpected(status.error());
  std::shared_ptr<IsolatedLibrary> library(
      new IsolatedLibrary(path, std::move(file), std::move(*facts), settings));
  if (Status status = check_table(library->own_table_, path.string()); !status)
    return tl::unexpected(status.error());
  return library;
}

IsolatedLibrary::IsolatedLibrary(const std::filesystem::path& path, TrustedFile file, PluginFacts facts,
                                 const Settings& settings)
    : PluginLibrary(path, file.identity()),
      settings_(settings),
      trusted_(std::move(file)),
      facts_(std::move(facts)) {
  own_table_.size = sizeof own_table_;
  own_table_.abi_major = facts_.abi_major;
  own_table_.abi_minor = facts_.abi_minor;
  own_table_.id = facts_.id.c_str();
  own_table_.version = facts_.version.c_str();
  own_table_.summary = facts_.summary.c_str();
  own_table_.config_schema = facts_.schema.empty() ? nullptr : facts_.schema.c_str();
  filter_ = {sizeof filter_, relay::process, facts_.match.empty() ? nullptr : facts_.match.c_str()};
  view_ = {sizeof view_, render};
  timer_ = {sizeof timer_, facts_.interval_ms, tick};
  PluginRoles roles;
  if (facts_.filter) roles.filter = &filter_;
  if (facts_.view) roles.view = &view_;
  if (facts_.timer) roles.timer = &timer_;
  if (facts_.state) roles.state = &kState;
  describe(&own_table_, roles);
}

int32_t IsolatedLibrary::create(const seneca_host* host, seneca_str config, void** self,
                                seneca_error* error) const {
  auto& instance = *static_cast<PluginInstance*>(host->impl);
  auto isolated = std::make_unique<IsolatedPlugin>(*this, instance, std::string(to_view(config)));
  if (const Status created = isolated->create(); !created) {
    std::string_view why = created.error().message;
    if (why.starts_with(PluginInstance::kRefused)) why.remove_prefix(PluginInstance::kRefused.size());
    set_text(*error, why);
    return SENECA_E_FAILED;
  }
  *self = isolated.release();
  return SENECA_OK;
}

void IsolatedLibrary::destroy(void* self) const { delete static_cast<IsolatedPlugin*>(self); }

const ProcessReport* IsolatedLibrary::process(const void* self) const {
  return &static_cast<const IsolatedPlugin*>(self)->report();
}

std::optional<std::vector<MetricValue>> IsolatedLibrary::metrics(void* self) const {
  return static_cast<IsolatedPlugin*>(self)->metrics();
}

}  // namespace relay
