#include "codec/gap.h"

#include <seneca/json.hpp>

namespace relay {

std::string encode_gap(const GapNotice& gap) {
  std::string text = "{\"skipped\":" + std::to_string(gap.skipped);
  text += ",\"from\":" + std::to_string(gap.from);
  text += ",\"to\":" + std::to_string(gap.to);
  text += ",\"reason\":";
  seneca::append_json_string(text, gap.reason);
  return text += '}';
}

}  // namespace relay
