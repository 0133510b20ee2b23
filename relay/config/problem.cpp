#include "config/problem.h"

namespace relay {

std::string ConfigProblem::to_string() const {
  std::string text = file;
  if (line > 0) text += ":" + std::to_string(line) + ":" + std::to_string(column);
  if (!pointer.empty()) text += ": " + pointer;
  return text + ": " + message + " [" + code + "]";
}

}  // namespace relay
