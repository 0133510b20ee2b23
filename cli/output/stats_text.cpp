#include "cli/output/stats_text.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/printable.h"
#include "cli/output/stats_value.h"
#include "cli/output/table.h"
#include "cli/output/text_width.h"

namespace relay {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kTitleColumns = 13;

std::string title(const std::string& text, const StatsTextOptions& options) {
  return options.color ? "\x1b[1m" + text + "\x1b[0m" : text;
}

// "relay        version 0.1.0  uptime 3 m 02 s  …", continued under the first item.
std::string paragraph(const std::string& name, const Json& object, const StatsTextOptions& options) {
  const std::string label = stats_label(name);
  std::string out =
      title(label, options) + std::string(kTitleColumns - std::min(kTitleColumns - 1, columns(label)), ' ');
  size_t used = kTitleColumns;
  bool first = true;
  for (const auto& [key, value] : object.items()) {
    const std::string item = stats_label(key) + " " + stats_value(key, value);
    const size_t width = columns(item);
    if (!first && used + 2 + width > options.columns) {
      out += "\n" + std::string(kTitleColumns, ' ');
      used = kTitleColumns;
    } else if (!first) {
      out += "  ";
      used += 2;
    }
    out += item;
    used += width;
    first = false;
  }
  return out + "\n";
}

// What a table shows of the entries we know; everything else has all its keys.
bool is_shown(const std::string& list, const std::string& key) {
  static constexpr std::array<std::string_view, 10> kLongOnes = {
      "id", "path", "reasons", "metrics", "roles", "config_schema", "loaded_at", "why", "shadow", "process"};
  return (list != "plugins" && list != "shadows") ||
         std::find(kLongOnes.begin(), kLongOnes.end(), key) == kLongOnes.end();
}

std::vector<std::string> keys_of(const std::string& name, const Json& list) {
  std::vector<std::string> keys;
  for (const Json& entry : list) {
    if (!entry.is_object()) continue;
    for (const auto& [key, value] : entry.items()) {
      if (is_shown(name, key) && std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    }
  }
  return keys;
}

std::string table(const std::string& name, const Json& list, const StatsTextOptions& options) {
  const std::vector<std::string> keys = keys_of(name, list);
  std::vector<std::string> header;
  for (const std::string& key : keys) header.push_back(stats_label(key));
  Table rows(std::move(header));
  for (const Json& entry : list) {
    if (!entry.is_object()) continue;
    std::vector<std::string> cells;
    std::vector<bool> numeric;
    for (const std::string& key : keys) {
      const auto found = entry.find(key);
      cells.push_back(found == entry.end() ? "-" : stats_value(key, *found));
      numeric.push_back(found == entry.end() || found->is_number());
    }
    rows.add(std::move(cells), numeric);
  }
  return "\n" + title(stats_label(name), options) + (list.empty() ? "  none\n" : "\n" + rows.render("  "));
}

// The candidates beside plugins, and how they differ.
std::string shadows(const Json& plugins, const StatsTextOptions& options) {
  Json list = Json::array();
  for (const Json& plugin : plugins) {
    if (!plugin.is_object() || !plugin.contains("shadow") || !plugin["shadow"].is_object()) continue;
    Json entry{{"name", plugin.value("name", Json(""))}};
    entry.update(plugin["shadow"]);
    list.push_back(std::move(entry));
  }
  return list.empty() ? "" : table("shadows", list, options);
}

// Why events were dropped or refused, plugin by plugin.
std::string drops(const Json& plugins, const StatsTextOptions& options) {
  Table rows({"plugin", "reason", "events"});
  bool any = false;
  for (const Json& plugin : plugins) {
    const auto reasons = plugin.is_object() ? plugin.find("reasons") : plugin.end();
    if (!plugin.is_object() || reasons == plugin.end() || !reasons->is_object()) continue;
    for (const auto& [reason, count] : reasons->items()) {
      rows.add({stats_value("name", plugin.value("name", Json(""))), printable(reason),
                stats_value("count", count)},
               {false, false, true});
      any = true;
    }
  }
  return any ? "\n" + title("drops", options) + "\n" + rows.render("  ") : "";
}

// What plugins count themselves. A histogram is a row of its own, all in one cell.
std::string metrics(const Json& plugins, const StatsTextOptions& options) {
  Table rows({"plugin", "metric", "value"});
  bool any = false;
  for (const Json& plugin : plugins) {
    if (!plugin.is_object() || !plugin.contains("metrics") || !plugin["metrics"].is_object()) continue;
    for (const auto& [name, metric] : plugin["metrics"].items()) {
      if (!metric.is_object()) continue;
      Json shown = metric;
      shown.erase("type");
      const bool single = shown.size() == 1 && shown.contains("value");
      rows.add({stats_value("name", plugin.value("name", Json(""))), printable(name),
                stats_value(name, single ? shown["value"] : shown)},
               {false, false, single});
      any = true;
    }
  }
  return any ? "\n" + title("metrics", options) + "\n" + rows.render("  ") : "";
}

}  // namespace

Result<std::string> stats_text(std::string_view json, const StatsTextOptions& options) {
  const Json stats = Json::parse(json, nullptr, false);
  if (!stats.is_object()) return fail("bad_answer", "stats", "the relay's answer is not a JSON object");
  Json loose = Json::object();
  std::string paragraphs, tables;
  for (const auto& [name, value] : stats.items()) {
    if (value.is_array()) {
      tables += table(name, value, options);
      if (name == "plugins")
        tables += shadows(value, options) + drops(value, options) + metrics(value, options);
    } else if (value.is_object()) {
      paragraphs += paragraph(name, value, options);
    } else {
      loose[name] = value;
    }
  }
  if (!loose.empty()) paragraphs += paragraph("other", loose, options);
  const std::string text = paragraphs + tables;
  return text.empty() || text.front() != '\n' ? text : text.substr(1);
}

}  // namespace relay
