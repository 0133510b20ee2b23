#pragma once

#include <string>
#include <vector>

namespace relay {

/// One thing wrong with a configuration, with where it stands. Never thrown: loading collects them all.
struct ConfigProblem {
  std::string file;     ///< the file, or "--set" for an override
  int line = 0;         ///< from 1; 0 when the problem has no place in a text
  int column = 0;       ///< from 1, in characters
  std::string pointer;  ///< JSON pointer of the value, "" for the whole document
  std::string code;     ///< stable, lower_snake_case
  std::string message;  ///< what is wrong and how to mend it

  /// "FILE:LINE:COLUMN: /pointer: message [code]"; what is unknown is left out.
  [[nodiscard]] std::string to_string() const;
};

using ConfigProblems = std::vector<ConfigProblem>;

}  // namespace relay
