#include "cli/bench/bench_report.h"

#include <algorithm>
#include <cmath>
#include <seneca/json.hpp>
#include <utility>

#include "base/units.h"
#include "cli/output/human.h"
#include "cli/output/logfmt.h"

namespace relay {
namespace {

bool take_suffix(std::string& name, std::string_view suffix) {
  if (!name.ends_with(suffix)) return false;
  name.resize(name.size() - suffix.size());
  return true;
}

// The name without its unit, and the value with it.
std::pair<std::string, std::string> for_people(std::string name, double value) {
  std::string text;
  if (take_suffix(name, "_us"))
    text = human_us(value);
  else if (take_suffix(name, "_bytes"))
    text = human_bytes(value);
  else if (take_suffix(name, "_per_second"))
    text = human_count(value) + "/s";
  else if (take_suffix(name, "_seconds"))
    text = format_number(value) + " s";
  else if (take_suffix(name, "_cpu"))
    text = format_number(std::round(value * 1000) / 10) + " % of a core", name += " processor";
  else
    text = human_count(value);
  std::replace(name.begin(), name.end(), '_', ' ');
  return {name, text};
}

std::string csv_cell(const std::string& value) {
  if (value.find_first_of(",\"\n") == std::string::npos) return value;
  std::string cell = "\"";
  for (const char c : value) cell += c == '"' ? std::string("\"\"") : std::string(1, c);
  return cell + "\"";
}

}  // namespace

void BenchReport::text(std::string name, std::string value) {
  figures_.push_back({std::move(name), std::move(value), true, 0});
}

void BenchReport::number(std::string name, double value) {
  const double rounded = std::round(value * 1000) / 1000;
  figures_.push_back({std::move(name), format_number(rounded), false, rounded});
}

void BenchReport::latency(const std::string& name, const LatencyHistogram& histogram) {
  if (histogram.count() == 0) return;
  constexpr std::pair<const char*, double> kPercentiles[] = {
      {"p50", 50}, {"p90", 90}, {"p99", 99}, {"p999", 99.9}};
  for (const auto& [label, percent] : kPercentiles)
    number(name + "_" + label + "_us", static_cast<double>(histogram.percentile_ns(percent)) / 1000);
  number(name + "_max_us", static_cast<double>(histogram.max_ns()) / 1000);
  number(name + "_mean_us", histogram.mean_ns() / 1000);
  number(name + "_samples", static_cast<double>(histogram.count()));
}

std::vector<BenchReport::Figure> BenchReport::all() const {
  std::vector<Figure> figures = figures_;
  if (!problem_.empty()) figures.push_back({"problem", problem_, true, 0});
  return figures;
}

std::string BenchReport::render(OutputFormat format) const {
  if (format == OutputFormat::text) return render_text();
  return format == OutputFormat::logfmt ? render_logfmt() : render_json();
}

std::string BenchReport::render_text() const {
  std::vector<std::pair<std::string, std::string>> lines;
  size_t width = 0;
  for (const Figure& figure : all()) {
    lines.push_back(figure.quoted ? std::pair(figure.name, figure.value)
                                  : for_people(figure.name, figure.number));
    width = std::max(width, lines.back().first.size());
  }
  std::string out;
  for (const auto& [name, value] : lines)
    out += name + std::string(width - name.size() + 2, ' ') + value + "\n";
  return out;
}

std::string BenchReport::render_json() const {
  std::string out;
  for (const Figure& figure : all()) {
    out += out.empty() ? "{" : ",";
    seneca::append_json_string(out, figure.name);
    out += ':';
    if (figure.quoted)
      seneca::append_json_string(out, figure.value);
    else
      out += figure.value;
  }
  return out + "}\n";
}

std::string BenchReport::render_logfmt() const {
  std::string out;
  for (const Figure& figure : all()) append_logfmt(out, figure.name, figure.value);
  out.erase(0, out.find_first_not_of(' '));
  return out + "\n";
}

std::string BenchReport::render_csv() const {
  std::string names;
  std::string values;
  for (const Figure& figure : figures_) {
    names += (names.empty() ? "" : ",") + csv_cell(figure.name);
    values += (values.empty() ? "" : ",") + csv_cell(figure.value);
  }
  return names + ",problem\n" + values + "," + csv_cell(problem_) + "\n";
}

}  // namespace relay
