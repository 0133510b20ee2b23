#pragma once

#include <cstdint>
#include <string_view>

#include "meaning.h"

namespace marcus {

/// How far a kind of record repeats what other records tell.
enum class Twin : uint8_t {
  none,       ///< told once
  elsewhere,  ///< other kinds tell it too, within the window
  again       ///< and this kind itself writes it more than once
};

/// One row of the table: which records it is for and what they mean.
struct Rule {
  std::string_view name;    ///< the record's name; a final '*' matches any rest
  std::string_view member;  ///< "" or the text member that decides further
  std::string_view text;    ///< that text begins so; "*text": contains it
  std::string_view topic;   ///< "": never passed on, `why` says why
  int32_t priority;         ///< SENECA_PRIORITY_*
  SourceSet canonical = 0;  ///< superfluous once one of these sources has been seen
  Twin twin = Twin::none;
  void (*refine)(const Record& record, Meaning& meaning) = nullptr;  ///< what the row alone cannot say
  std::string_view why = {};                                         ///< reason of a drop
  std::string_view supplement = {};  ///< a duplicate that tells more is passed under this topic instead
};

/// The row for a record, or null for a kind nobody has described. Static data.
[[nodiscard]] const Rule* find_rule(const Record& record);

/// Sources that make a record of this rule superfluous when it comes from `source`.
[[nodiscard]] SourceSet canonical_sources(const Rule& rule, Source source);

}  // namespace marcus
