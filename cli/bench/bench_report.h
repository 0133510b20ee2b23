#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/bench/latency_histogram.h"
#include "cli/global_options.h"

namespace relay {

/// The figures of a run, by name and in order, and how they are printed. A name ends in its unit (`_us`,
/// `_bytes`, `_per_second`), so that machines and people read the same names.
class BenchReport {
 public:
  void text(std::string name, std::string value);
  void number(std::string name, double value);
  /// `NAME_p50_us` and so on; nothing when nothing was measured.
  void latency(const std::string& name, const LatencyHistogram& histogram);
  /// Why the figures are not what was asked for; the last one counts.
  void problem(std::string why) { problem_ = std::move(why); }
  [[nodiscard]] const std::string& problem() const { return problem_; }

  /// With a line break at the end. `text` is a line a figure, the others a line in all.
  [[nodiscard]] std::string render(OutputFormat format) const;
  /// A line of names and one of values.
  [[nodiscard]] std::string render_csv() const;

 private:
  struct Figure {
    std::string name;
    std::string value;  // as machines read it
    bool quoted;
    double number;
  };

  [[nodiscard]] std::vector<Figure> all() const;
  [[nodiscard]] std::string render_text() const;
  [[nodiscard]] std::string render_json() const;
  [[nodiscard]] std::string render_logfmt() const;

  std::vector<Figure> figures_;
  std::string problem_;
};

}  // namespace relay
