// links: seneca_event nlohmann_json::nlohmann_json
#include "../../plugins/cbor/check_cbor.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "event/json_check.h"

using namespace relay;

// What the check lets through, the library can read, unless a text is not UTF-8; and JSON can say it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (*seneca_cbor::Check::run(bytes) != '\0') return 0;
  const auto json = nlohmann::ordered_json::from_cbor(bytes, true, false);
  if (json.is_discarded()) __builtin_trap();
  std::string text;
  try {
    text = json.dump();
  } catch (const nlohmann::json::exception&) {
    return 0;
  }
  const JsonFault fault = check_json(text);
  if (fault != JsonFault::none && fault != JsonFault::key_too_long && fault != JsonFault::too_many_members)
    __builtin_trap();
  return 0;
}
