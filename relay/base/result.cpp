#include "base/result.h"

namespace relay {

std::string Error::to_string() const {
  std::string text = subject.empty() ? std::string() : subject + ": ";
  return text + message + " [" + code + "]";
}

}  // namespace relay
