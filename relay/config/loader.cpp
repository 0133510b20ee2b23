#include "config/loader.h"

#include <algorithm>
#include <utility>

#include "config/config_file.h"
#include "config/consistency.h"
#include "config/json_source.h"
#include "config/override.h"
#include "config/reader.h"

namespace relay {

namespace {

ConfigResult load_tree(JsonNode root, const std::string& name, const std::vector<std::string>& overrides) {
  ConfigProblems problems;
  for (const std::string& assignment : overrides) {
    if (const Status status = apply_override(root, assignment); !status) {
      problems.push_back({"--set", 0, 0, "", status.error().code, status.error().message});
    }
  }
  LoadedConfig loaded;
  loaded.config = default_config();
  read_config(root, name, loaded, problems);
  // A value that was refused is still at its default: comparing it with others would only mislead.
  if (problems.empty()) problems = complete_config(loaded);
  if (!problems.empty()) return tl::unexpected<ConfigProblems>(std::move(problems));
  return loaded;
}

}  // namespace

const ConfigOrigin* LoadedConfig::origin_of(std::string_view pointer) const {
  const auto found = std::find_if(origins.rbegin(), origins.rend(), [pointer](const ConfigOrigin& origin) {
    return origin.pointer == pointer;
  });
  return found == origins.rend() ? nullptr : &*found;
}

ConfigResult load_config_file(const std::string& path, const std::vector<std::string>& overrides) {
  const Result<std::string> text = read_config_file(path);
  if (!text) {
    return tl::unexpected<ConfigProblems>({{path, 0, 0, "", text.error().code, text.error().message}});
  }
  return load_config_text(*text, path, overrides);
}

ConfigResult load_config_text(std::string_view text, const std::string& name,
                              const std::vector<std::string>& overrides) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return tl::unexpected<ConfigProblems>(
        {{name, 0, 0, "", "empty_file",
          "there is nothing in it; write at least {}, which means the defaults"}});
  }
  JsonSource source = parse_json_source(text, name);
  if (!source.problems.empty()) return tl::unexpected<ConfigProblems>(std::move(source.problems));
  return load_tree(std::move(source.root), name, overrides);
}

ConfigResult load_default_config(const std::vector<std::string>& overrides) {
  return load_config_text("{}", "defaults", overrides);
}

}  // namespace relay
