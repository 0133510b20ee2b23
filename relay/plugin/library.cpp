#include "plugin/library.h"

#include <dlfcn.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <string>
#include <string_view>

#include "plugin/schema.h"

namespace relay {
namespace {

constexpr size_t kMaxName = 128;

std::string version_text(uint16_t major, uint16_t minor) {
  return std::to_string(major) + '.' + std::to_string(minor);
}

// Labels of letters, digits, '-' and '_', at least two of them, joined by dots.
bool is_reverse_domain_name(const char* id) {
  if (!id || ::strnlen(id, kMaxName + 1) > kMaxName) return false;
  size_t labels = 0;
  for (const char* at = id;; ++at) {
    const char* begin = at;
    while ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9') ||
           *at == '-' || *at == '_')
      ++at;
    if (at == begin || (*at != '.' && *at != '\0')) return false;
    ++labels;
    if (*at == '\0') return labels >= 2;
  }
}

Result<void*> load(const std::filesystem::path& path, const TrustedFile& file) {
  if (!file.is_elf())
    return fail("plugin_not_elf", path.string(),
                "is not a shared object; build one with seneca_add_plugin()");
  const std::string name = file.unique_path();
  if (void* handle = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL)) return handle;
  const char* text = ::dlerror();
  std::string why = text ? text : "unknown reason";
  if (const size_t at = why.find(name); at != std::string::npos) why.replace(at, name.size(), path.string());
  return fail("plugin_load_failed", path.string(),
              "cannot be loaded (" + why + "); `ldd -r` shows what it lacks");
}

tl::unexpected<Error> bad_table(const std::string& path, const std::string& what) {
  return fail("plugin_bad_table", path,
              "its seneca_plugin_v1 " + what + "; rebuild it with SENECA_PLUGIN or fix it");
}

Status check_functions(const seneca_plugin& table, const std::string& path) {
  const char* lacking = !table.create    ? "create"
                        : !table.destroy ? "destroy"
                        : !table.role    ? "role"
                                         : nullptr;
  if (lacking == nullptr) return {};
  return bad_table(path, "has no " + std::string(lacking) + " function");
}

bool is_subprotocol(const char* name) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  if (!name || !*name || ::strnlen(name, kMaxName + 1) > kMaxName) return false;
  const std::string_view text(name);
  const bool is_token = std::all_of(text.begin(), text.end(), [kMarks](unsigned char c) {
    return std::isalnum(c) != 0 || kMarks.find(static_cast<char>(c)) != std::string_view::npos;
  });
  return is_token && text != "seneca.v1.json" && text != "seneca.v1.zstd";
}

template <class Table>
const Table* find_role(const seneca_plugin& plugin, const char* id) {
  try {
    return static_cast<const Table*>(plugin.role(id));
  } catch (...) {
    return nullptr;
  }
}

Result<PluginRoles> find_roles(const seneca_plugin& table, const std::string& path) {
  PluginRoles roles;
  roles.filter = find_role<seneca_filter>(table, SENECA_FILTER);
  roles.view = find_role<seneca_view>(table, SENECA_VIEW);
  roles.timer = find_role<seneca_timer>(table, SENECA_TIMER);
  roles.state = find_role<seneca_state>(table, SENECA_STATE);
  roles.session = find_role<seneca_session>(table, SENECA_SESSION);
  roles.source = find_role<seneca_source>(table, SENECA_SOURCE);
  roles.sink = find_role<seneca_sink>(table, SENECA_SINK);
  roles.codec = find_role<seneca_codec>(table, SENECA_CODEC);
  if (!roles.in_pipeline() && !roles.serves_clients() && !roles.source && !roles.sink)
    return fail("plugin_no_role", path,
                "has none of the roles this relay knows (" SENECA_FILTER ", " SENECA_VIEW ", " SENECA_TIMER
                ", " SENECA_SESSION ", " SENECA_CODEC ", " SENECA_SOURCE ", " SENECA_SINK
                "); return a table for one from its role function");
  const bool complete =
      (!roles.filter || SENECA_HAS(roles.filter, process)) &&
      (!roles.view || SENECA_HAS(roles.view, render)) && (!roles.timer || SENECA_HAS(roles.timer, tick)) &&
      (!roles.state || (SENECA_HAS(roles.state, save) && SENECA_HAS(roles.state, load))) &&
      (!roles.source || (SENECA_HAS(roles.source, start) && SENECA_HAS(roles.source, stop))) &&
      (!roles.sink || SENECA_HAS(roles.sink, deliver)) &&
      (!roles.codec || (SENECA_HAS(roles.codec, decode) && SENECA_HAS(roles.codec, encode))) &&
      (!roles.session || SENECA_HAS(roles.session, serves) || SENECA_HAS(roles.session, message));
  if (!complete)
    return fail("plugin_bad_table", path,
                "the table of one of its roles lacks a function; set its size and members");
  if (roles.codec && !is_subprotocol(roles.codec->subprotocol))
    return fail(
        "plugin_bad_table", path,
        "its codec's subprotocol is none, or one of ours (seneca.v1.…); name it as \"v1.example.org\"");
  return roles;
}

}  // namespace

Status PluginLibrary::check_table(const seneca_plugin& table, const std::string& path) {
  if (table.abi_major != SENECA_ABI_MAJOR)
    return fail("plugin_wrong_abi", path,
                "is built for plugin ABI " + version_text(table.abi_major, table.abi_minor) +
                    " and this relay has " + version_text(SENECA_ABI_MAJOR, SENECA_ABI_MINOR) +
                    "; rebuild it with this relay's headers");
  if (table.size < sizeof(seneca_plugin))
    return bad_table(path, "has " + std::to_string(table.size) + " bytes instead of " +
                               std::to_string(sizeof(seneca_plugin)));
  if (!is_reverse_domain_name(table.id)) return bad_table(path, "has no id of the form \"org.example.name\"");
  if (!table.version || !*table.version || ::strnlen(table.version, kMaxName + 1) > kMaxName)
    return bad_table(path, "has no version");
  return {};
}

Result<std::shared_ptr<PluginLibrary>> PluginLibrary::open(const std::filesystem::path& path) {
  const Result<TrustedFile> file = TrustedFile::open(path);
  if (!file) return tl::unexpected(file.error());
  return open(path, *file);
}

Result<std::shared_ptr<PluginLibrary>> PluginLibrary::open(const std::filesystem::path& path,
                                                           const TrustedFile& file) {
  const Result<void*> handle = load(path, file);
  if (!handle) return tl::unexpected(handle.error());
  const auto* table = static_cast<const seneca_plugin*>(::dlsym(*handle, SENECA_PLUGIN_SYMBOL));
  if (!table)
    return fail("plugin_no_symbol", path.string(),
                "exports no " SENECA_PLUGIN_SYMBOL "; declare the plugin with SENECA_PLUGIN(…)");
  if (Status status = check_table(*table, path.string()); !status) return tl::unexpected(status.error());
  if (Status status = check_functions(*table, path.string()); !status) return tl::unexpected(status.error());
  if (table->config_schema) {
    Status status = check_schema(table->config_schema, path.string());
    if (!status) return tl::unexpected(status.error());
  }
  const Result<PluginRoles> roles = find_roles(*table, path.string());
  if (!roles) return tl::unexpected(roles.error());
  std::shared_ptr<PluginLibrary> library(new PluginLibrary(path, file.identity()));
  library->describe(table, *roles);
  return library;
}

int32_t PluginLibrary::create(const seneca_host* host, seneca_str config, void** self,
                              seneca_error* error) const {
  return table_->create(host, config, self, error);
}

void PluginLibrary::destroy(void* self) const { table_->destroy(self); }

const ProcessReport* PluginLibrary::process(const void*) const { return nullptr; }

std::optional<std::vector<MetricValue>> PluginLibrary::metrics(void*) const { return std::nullopt; }

}  // namespace relay
