// The subprotocol seneca.v1.cbor: every message of seneca.v1.json, as CBOR (RFC 8949) in a binary message.
#include <nlohmann/json.hpp>
#include <seneca/plugin.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

#include "check_cbor.h"

namespace {

using Json = nlohmann::ordered_json;

class Cbor {
 public:
  static constexpr const char* schema = R"({"properties": {}, "additionalProperties": false})";
  static constexpr const char* subprotocol = "seneca.v1.cbor";
  static constexpr bool binary = true;

  std::string decode(std::string_view message, bool is_binary) {
    if (!is_binary) throw std::runtime_error("must be binary: CBOR");
    const std::string why = seneca_cbor::Check::run(message);
    if (!why.empty()) throw std::runtime_error("is no CBOR that JSON could say: " + why);
    try {
      return Json::from_cbor(message).dump();
    } catch (const Json::exception&) {
      throw std::runtime_error("is no CBOR that JSON could say: a text is not UTF-8");
    }
  }

  std::string encode(std::string_view json) {
    std::string out;
    Json::to_cbor(Json::parse(json), nlohmann::detail::output_adapter<char>(out));
    return out;
  }
};

}  // namespace

SENECA_PLUGIN(Cbor, "seneca.cbor", "1.0.0", "serves clients that speak CBOR instead of JSON")
