#include "isolation/plugin_facts.h"

#include "plugin/one_line.h"

namespace relay {
namespace {

constexpr size_t kMaxName = 64;

}  // namespace

PluginFacts PluginFacts::of(const PluginLibrary& library) {
  const PluginRoles& roles = library.roles();
  PluginFacts facts;
  facts.id = library.id();
  facts.version = library.version();
  facts.summary = library.summary();
  facts.schema = library.config_schema();
  facts.abi_major = library.table().abi_major;
  facts.abi_minor = library.table().abi_minor;
  facts.filter = roles.filter != nullptr;
  facts.view = roles.view != nullptr;
  facts.timer = roles.timer != nullptr;
  facts.state = roles.state != nullptr;
  facts.beside = roles.serves_clients() || roles.source != nullptr || roles.sink != nullptr;
  if (facts.filter && SENECA_HAS(roles.filter, match)) facts.match = roles.filter->match;
  if (facts.timer) facts.interval_ms = roles.timer->interval_ms;
  return facts;
}

void PluginFacts::write(ByteWriter& out) const {
  for (const std::string* text : {&id, &version, &summary, &schema, &match}) out.text(*text);
  out.number(abi_major);
  out.number(abi_minor);
  out.number(interval_ms);
  for (const bool role : {filter, view, timer, state, beside}) out.number(static_cast<uint8_t>(role));
}

PluginFacts PluginFacts::read(ByteReader& in) {
  PluginFacts facts;
  for (std::string* text : {&facts.id, &facts.version, &facts.summary, &facts.schema, &facts.match})
    *text = in.text();
  facts.abi_major = in.number<uint16_t>();
  facts.abi_minor = in.number<uint16_t>();
  facts.interval_ms = in.number<uint32_t>();
  for (bool* role : {&facts.filter, &facts.view, &facts.timer, &facts.state, &facts.beside})
    *role = in.number<uint8_t>() != 0;
  return facts;
}

void LoadOrder::write(ByteWriter& out) const {
  out.text(path);
  out.number(uint64_t{limits.data_bytes});
  out.number(uint64_t{limits.text_bytes});
  out.number(static_cast<uint8_t>(config.has_value()));
  out.text(config.value_or(""));
}

LoadOrder LoadOrder::read(ByteReader& in) {
  LoadOrder order;
  order.path = in.text();
  order.limits.data_bytes = in.number<uint64_t>();
  order.limits.text_bytes = in.number<uint64_t>();
  const bool has_config = in.number<uint8_t>() != 0;
  const std::string_view config = in.text();
  if (has_config) order.config = config;
  return order;
}

void write_metrics(const std::vector<MetricValue>& metrics, ByteWriter& out) {
  out.number(static_cast<uint32_t>(metrics.size()));
  for (const MetricValue& metric : metrics) {
    out.text(metric.name);
    out.number(metric.kind);
    out.number(metric.value);
    for (const uint64_t number : {metric.count, metric.sum, metric.max}) out.number(number);
    for (const uint64_t bucket : metric.buckets) out.number(bucket);
  }
}

std::vector<MetricValue> read_metrics(ByteReader& in) {
  const auto count = in.number<uint32_t>();
  if (count > SENECA_MAX_METRICS) return {};
  std::vector<MetricValue> metrics(count);
  for (MetricValue& metric : metrics) {
    metric.name = one_line(in.text(), kMaxName);
    metric.kind = in.number<int32_t>();
    metric.value = in.number<int64_t>();
    for (uint64_t* number : {&metric.count, &metric.sum, &metric.max}) *number = in.number<uint64_t>();
    for (uint64_t& bucket : metric.buckets) bucket = in.number<uint64_t>();
  }
  return in.at_end() ? metrics : std::vector<MetricValue>();
}

void write_error(const Error& error, ByteWriter& out) {
  for (const std::string* text : {&error.code, &error.subject, &error.message}) out.text(*text);
}

Error read_error(ByteReader& in) {
  Error error;
  for (std::string* text : {&error.code, &error.subject, &error.message}) *text = in.text();
  return error;
}

}  // namespace relay
