#include "server/plugin_control.h"

#include <future>
#include <optional>
#include <seneca/json.hpp>
#include <utility>

namespace relay {
namespace {

bool same_roles(const PluginRoles& a, const PluginRoles& b) {
  return a.in_pipeline() == b.in_pipeline() && a.serves_clients() == b.serves_clients();
}

Status check_reload(const OpenedPlugin& old, const OpenedPlugin& fresh) {
  const auto is_beside = [](const PluginRoles& roles) { return roles.source || roles.sink; };
  if (is_beside(old.library->roles()) || is_beside(fresh.library->roles()))
    return fail("plugin_needs_restart", old.name,
                "is a source or a sink, which cannot hand over what it is receiving or sending; restart the "
                "relay for new code");
  if (!same_roles(old.library->roles(), fresh.library->roles()))
    return fail(
        "plugin_other_roles", old.name,
        "has other roles in the new file, so other parts of the relay change; reload the configuration "
        "(SIGHUP)");
  return {};
}

std::string change_of_version(const OpenedPlugin& old, const OpenedPlugin& fresh) {
  if (old.library->file() == fresh.library->file()) return "a new instance of the same code";
  return "version " + std::string(fresh.library->version()) + " in place of " +
         std::string(old.library->version());
}

std::string member(std::string_view name, std::string_view text) {
  std::string json = ",\"" + std::string(name) + "\":";
  seneca::append_json_string(json, text);
  return json;
}

}  // namespace

Result<std::string> PluginControl::carry_out(const PluginOrder& order, const PluginConfig& config,
                                             OpenedPlugin& opened) {
  Result<std::string> members = order.what == PluginOrder::What::reload
                                    ? reload(config, opened)
                                    : set_disabled(order.what == PluginOrder::What::disable, opened);
  if (!members) return members;
  return '{' + member("name", opened.name).substr(1) + *members + "}\n";
}

Result<std::string> PluginControl::reload(const PluginConfig& config, OpenedPlugin& opened) {
  auto fresh = open_plugin(config, parts_.files);
  if (!fresh) return tl::unexpected(fresh.error());
  if (Status status = check_reload(opened, *fresh); !status) return tl::unexpected(status.error());
  const std::string how = change_of_version(opened, *fresh);
  if (Status status = replace(config, *fresh, how); !status) return tl::unexpected(status.error());
  const std::string previous(opened.library->version());
  const bool new_code = !(opened.library->file() == fresh->library->file());
  opened = std::move(*fresh);
  return member("version", opened.library->version()) + member("previous_version", previous) +
         ",\"new_code\":" + (new_code ? "true" : "false");
}

Status PluginControl::replace(const PluginConfig& config, const OpenedPlugin& fresh, const std::string& how) {
  std::optional<Stage> stage;
  if (fresh.library->roles().in_pipeline()) {
    auto made = make_stage(config, fresh, parts_.plugins);
    if (!made) return tl::unexpected(made.error());
    stage = std::move(*made);
  }
  SessionPlugins sessions;
  for (size_t i = 0; fresh.library->roles().serves_clients() && i < parts_.shards.size(); ++i) {
    auto made = make_session_plugin(config, fresh, parts_.plugins);
    if (!made) return tl::unexpected(made.error());
    sessions.push_back(std::move(*made));
  }
  const Status exchanged = on_pipeline([&](Pipeline& pipeline) -> Status {
    if (stage)
      if (Status status = pipeline.replace(*stage); !status) return status;
    pipeline.announce({plugin_type::kReloaded, fresh.name, how});
    return {};
  });
  if (!exchanged) return exchanged;
  for (size_t i = 0; i < sessions.size(); ++i) parts_.shards[i]->replace_plugin(std::move(sessions[i]));
  return {};  // the old stage ends here, and with it the old instance
}

Result<std::string> PluginControl::set_disabled(bool disabled, const OpenedPlugin& opened) {
  if (!opened.library->roles().in_pipeline())
    return fail(
        "plugin_not_in_pipeline", opened.name,
        "only serves clients or brings events in, no event passes it; take it out of the configuration "
        "and reload that (SIGHUP)");
  const Status status = on_pipeline([&](Pipeline& pipeline) {
    return disabled ? pipeline.disable(opened.name, "an operator said so")
                    : pipeline.enable(opened.name, "an operator said so");
  });
  if (!status) return tl::unexpected(status.error());
  return member("state", disabled ? "disabled" : "enabled");
}

Status PluginControl::on_pipeline(const std::function<Status(Pipeline&)>& task) {
  std::promise<Status> done;
  const bool posted = parts_.pipeline.post([&](Pipeline& pipeline) { done.set_value(task(pipeline)); });
  if (!posted) return fail("reload_busy", "pipeline", "too many orders wait; try again in a moment");
  return done.get_future().get();
}

}  // namespace relay
