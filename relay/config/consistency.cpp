#include "config/consistency.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "config/checks.h"
#include "config/listen.h"
#include "config/roles.h"

namespace relay {

namespace {

class Checker {
 public:
  explicit Checker(const LoadedConfig& loaded) : loaded_(loaded) {}

  ConfigProblems run() {
    check_sizes();
    check_listen_addresses();
    check_tls();
    check_plugins();
    check_sources();
    check_admin_ui();
    check_authentication();
    return std::move(problems_);
  }

 private:
  void check_sizes() {
    const int64_t message = loaded_.config.security.content_filtering.max_message_size;
    const int64_t buffer = loaded_.config.server.max_http_buffer_size;
    if (message <= buffer) return;
    add({"/security/content_filtering/max_message_size", "/server/max_http_buffer_size"}, "size_conflict",
        "an event of " + std::to_string(message) + " bytes (security.content_filtering.max_message_size) " +
            "cannot come in a message of " + std::to_string(buffer) +
            " bytes (server.max_http_buffer_size); lower the first or raise the second");
  }

  void check_listen_addresses() {
    if (loaded_.config.server.listen.empty()) {
      add({"/server/listen"}, "no_listener", "there is no address to listen on; write at least one");
    }
    std::map<std::string, size_t> seen;
    for (size_t i = 0; i < loaded_.config.server.listen.size(); ++i) {
      const Result<ListenAddress> address = parse_listen(loaded_.config.server.listen[i]);
      if (!address || address->port == 0) continue;
      check_unique(seen, address->to_string(), i, "/server/listen", "", "address");
    }
  }

  void check_tls() {
    const TlsConfig& tls = loaded_.config.server.tls;
    if (tls.cert.empty() != tls.key.empty())
      add({tls.cert.empty() ? "/server/tls/key" : "/server/tls/cert"}, "tls_incomplete",
          "a certificate and its key go together; name both files, or neither");
    if (!tls.client_ca.empty() && !tls.enabled())
      add({"/server/tls/client_ca"}, "tls_incomplete",
          "clients can show certificates only over TLS; name server.tls.cert and server.tls.key as well");
  }

  void check_plugins() {
    std::map<std::string, size_t> seen;
    for (size_t i = 0; i < loaded_.config.plugins.size(); ++i) {
      const std::string& name = loaded_.config.plugins[i].name;
      const std::string item = "/plugins/" + std::to_string(i);
      if (const Status status = check_identifier(name); !status) {
        add({item + "/name", item + "/path"}, status.error().code, status.error().message);
        continue;
      }
      check_unique(seen, name, i, "/plugins", "/name", "plugin name");
    }
  }

  void check_sources() {
    std::map<std::string, size_t> seen;
    for (size_t i = 0; i < loaded_.config.sources.size(); ++i) {
      const SourceConfig& source = loaded_.config.sources[i];
      if (source.type == SourceConfig::Type::marcus) {
        check_unique(seen, source.path, i, "/sources", "/path", "Marcus directory");
      } else if (source.type == SourceConfig::Type::standard_input) {
        check_unique(seen, "", i, "/sources", "/type", "standard input");
      }
    }
  }

  void check_admin_ui() {
    const AdminUiConfig& admin_ui = loaded_.config.admin_ui;
    if (!admin_ui.enabled) return;
    bool is_private = true;
    for (const std::string& text : loaded_.config.server.listen) {
      const Result<ListenAddress> address = parse_listen(text);
      is_private = is_private && (!address || is_loopback(*address));
    }
    if (admin_ui.password_hash.empty() && !is_private)
      add({"/admin_ui/password_hash", "/admin_ui/enabled"}, "admin_ui_open",
          "other machines can reach the relay, and the Admin UI asks nobody for a password; set "
          "admin_ui.password_hash, or listen on 127.0.0.1 only");
    const AuthenticationConfig& asked = loaded_.config.security.authentication;
    const bool asks =
        asked.required || !asked.keys.empty() || !asked.api_keys.empty() || !asked.anonymous_role.empty();
    if (admin_ui.password_hash.empty() && asks)
      add({"/admin_ui/password_hash", "/admin_ui/enabled"}, "admin_ui_open",
          "tokens are asked for everywhere else, and the Admin UI asks nobody for a password; set "
          "admin_ui.password_hash");
    if (admin_ui.namespace_ == "/")
      return add({"/admin_ui/namespace"}, "namespace_taken",
                 "\"/\" is for clients; choose another, as \"/admin\"");
    for (size_t i = 0; i < loaded_.config.routes.size(); ++i)
      if (loaded_.config.routes[i].namespace_ == admin_ui.namespace_)
        add({"/routes/" + std::to_string(i) + "/namespace", "/admin_ui/namespace"}, "namespace_taken",
            "\"" + admin_ui.namespace_ +
                "\" is the Admin UI's (admin_ui.namespace); choose another for one of "
                "them");
  }

  void check_authentication() {
    const SecurityConfig& security = loaded_.config.security;
    const AuthenticationConfig& wanted = security.authentication;
    const std::string place = "/security/authentication";
    if (wanted.required && wanted.keys.empty() && wanted.api_keys.empty())
      add({place + "/required"}, "no_keys",
          "tokens are required, and there is no key that could vouch for one; name some in "
          "security.authentication.keys or security.authentication.api_keys");
    if (wanted.required && !wanted.anonymous_role.empty())
      add({place + "/anonymous_role", place + "/required"}, "anonymous_refused",
          "tokens are required, so nobody is anonymous; remove security.authentication.anonymous_role, or "
          "required");
    std::map<std::string, size_t> seen;
    for (size_t i = 0; i < wanted.keys.size(); ++i)
      check_unique(seen, wanted.keys[i].id, i, place + "/keys", "/id", "id");
    const auto roles = parse_roles(security.roles);
    if (!roles) {
      add({roles.error().subject, "/security/roles"}, roles.error().code,
          roles.error().subject + ": " + roles.error().message);
    } else if (!wanted.anonymous_role.empty() &&
               std::none_of(roles->begin(), roles->end(),
                            [&](const RoleConfig& role) { return role.name == wanted.anonymous_role; })) {
      add({place + "/anonymous_role"}, "unknown_role",
          "there is no role \"" + wanted.anonymous_role + "\" in security.roles; add it");
    }
  }

  void check_unique(std::map<std::string, size_t>& seen, const std::string& value, size_t index,
                    const std::string& list, const std::string& member, const std::string& what) {
    const auto [first, is_new] = seen.try_emplace(value, index);
    if (is_new) return;
    const std::string item = list + "/" + std::to_string(index);
    add({item + member, item + "/path", list}, "duplicate_value",
        "the " + what + (value.empty() ? "" : " \"" + value + "\"") + " is already that of " + list + "/" +
            std::to_string(first->second) + "; change one or remove it");
  }

  /// The problem stands where the first of `pointers` that the user has written is; failing all, it names the
  /// first.
  void add(const std::vector<std::string>& pointers, std::string code, std::string message) {
    ConfigProblem problem{"configuration", 0, 0, pointers.front(), std::move(code), std::move(message)};
    for (const std::string& pointer : pointers) {
      const ConfigOrigin* origin = loaded_.origin_of(pointer);
      if (origin == nullptr) continue;
      problem.file = origin->file;
      problem.line = origin->line;
      problem.column = origin->column;
      problem.pointer = pointer;
      break;
    }
    problems_.push_back(std::move(problem));
  }

  const LoadedConfig& loaded_;
  ConfigProblems problems_;
};

void name_plugins(Config& config) {
  for (PluginConfig& plugin : config.plugins) {
    if (!plugin.name.empty()) continue;
    const std::string file = plugin.path.substr(plugin.path.find_last_of('/') + 1);
    plugin.name = file.substr(0, file.rfind(".so"));
  }
}

}  // namespace

ConfigProblems complete_config(LoadedConfig& loaded) {
  name_plugins(loaded.config);
  return Checker(loaded).run();
}

}  // namespace relay
