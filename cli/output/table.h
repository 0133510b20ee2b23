#pragma once

#include <string>
#include <vector>

namespace relay {

/// Rows of text in aligned columns under a header; columns that hold only numbers are aligned right.
class Table {
 public:
  explicit Table(std::vector<std::string> header) : rows_{std::move(header)} {}

  /// `cells` are printable and as many as the header has. `numeric[i]` is false for a cell that is text.
  void add(std::vector<std::string> cells, const std::vector<bool>& numeric);
  /// One line per row, each after `indent`, no white space at the ends.
  [[nodiscard]] std::string render(const std::string& indent) const;

 private:
  std::vector<std::vector<std::string>> rows_;
  std::vector<bool> is_text_;
};

}  // namespace relay
