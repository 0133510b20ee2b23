// links: seneca_auth
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "auth/api_keys.h"
#include "auth/base64url.h"
#include "auth/jwk_set.h"
#include "auth/jwt.h"
#include "auth/sign_jwt.h"

namespace {

const std::string kSecret = "0123456789abcdef0123456789abcdef";

relay::KeyRing keys() {
  relay::TokenKey key = *relay::TokenKey::from_secret(relay::TokenAlgorithm::hs256, kSecret);
  key.id = "k1";
  return relay::KeyRing({key});
}

}  // namespace

// Any text: no crash as a token, as a key file or as API keys; as header and claims of a token that is
// signed, what is good has the algorithm that was configured.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const relay::KeyRing ring = keys();
  constexpr int64_t kNow = 1'700'000'000;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)relay::verify_jwt(text, ring, kNow, 0);
  (void)relay::ApiKeys::parse(text, "fuzz");
  if (relay::is_jwk_set(text)) (void)relay::read_jwk_set(relay::TokenAlgorithm::es256, text, "fuzz");
  if (const auto bytes = relay::decode_base64url(text); bytes && relay::encode_base64url(*bytes) != text)
    std::abort();
  const size_t newline = std::min(text.find('\n'), text.size());
  const std::string_view header = text.substr(0, newline);
  const auto token = relay::sign_jwt(relay::TokenAlgorithm::hs256, kSecret, header,
                                     text.substr(std::min(newline + 1, text.size())));
  const auto claims = relay::verify_jwt(*token, ring, kNow, 0);
  if (claims &&
      (header.find("HS256") == std::string_view::npos && header.find('\\') == std::string_view::npos))
    std::abort();
  return 0;
}
