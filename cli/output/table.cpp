#include "cli/output/table.h"

#include <algorithm>
#include <cstddef>

#include "cli/output/text_width.h"

namespace relay {

void Table::add(std::vector<std::string> cells, const std::vector<bool>& numeric) {
  is_text_.resize(rows_.front().size());
  for (size_t i = 0; i < cells.size(); ++i) is_text_[i] = is_text_[i] || !numeric[i];
  rows_.push_back(std::move(cells));
}

std::string Table::render(const std::string& indent) const {
  std::vector<size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line = indent;
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - columns(row[i]), ' ');
      const bool left = is_text_.empty() || is_text_[i];
      line += (i == 0 ? "" : "  ") + (left ? row[i] + padding : padding + row[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

}  // namespace relay
