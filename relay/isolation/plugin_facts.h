#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "isolation/bytes.h"
#include "plugin/event_fields.h"
#include "plugin/library.h"
#include "plugin/metrics.h"

namespace relay {

/// What the table and the roles of a plugin say, without the plugin in this process.
struct PluginFacts {
  std::string id, version, summary, schema;
  uint16_t abi_major = 0, abi_minor = 0;
  bool filter = false, view = false, timer = false, state = false;
  bool beside = false;  ///< has a role outside of the pipeline, too
  std::string match;
  uint32_t interval_ms = 0;

  bool operator==(const PluginFacts&) const = default;

  [[nodiscard]] static PluginFacts of(const PluginLibrary& library);
  void write(ByteWriter& out) const;
  [[nodiscard]] static PluginFacts read(ByteReader& in);
};

/// What a process has to know to load its plugin; without `config` it makes no instance.
struct LoadOrder {
  std::string_view path;
  FieldLimits limits;
  std::optional<std::string_view> config;

  void write(ByteWriter& out) const;
  /// Borrows.
  [[nodiscard]] static LoadOrder read(ByteReader& in);
};

void write_metrics(const std::vector<MetricValue>& metrics, ByteWriter& out);
/// At most SENECA_MAX_METRICS; nothing when it is nonsense.
[[nodiscard]] std::vector<MetricValue> read_metrics(ByteReader& in);

void write_error(const Error& error, ByteWriter& out);
[[nodiscard]] Error read_error(ByteReader& in);

}  // namespace relay
