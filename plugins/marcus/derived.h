#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace marcus {

/// An event Marcus does not write but that follows from what it wrote.
struct Derived {
  std::string_view type;  ///< static text
  std::string subject;
  std::string data;           ///< JSON object
  std::string_view severity;  ///< static text, "" for none
  int32_t priority = 0;
};

using DerivedEvents = std::vector<Derived>;

}  // namespace marcus
