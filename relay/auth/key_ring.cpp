#include "auth/key_ring.h"

#include <algorithm>
#include <string>
#include <utility>

#include "auth/jwk_set.h"
#include "auth/key_file.h"

namespace relay {
namespace {

Result<std::vector<TokenKey>> read_keys(const TokenKeyConfig& configured) {
  const bool symmetric = is_symmetric(configured.algorithm);
  Result<std::string> text =
      read_key_file(configured.file, symmetric ? KeyFileKind::secret : KeyFileKind::open);
  if (!text) return tl::unexpected<Error>(text.error());
  if (is_jwk_set(*text)) return read_jwk_set(configured.algorithm, *text, configured.id);
  Result<TokenKey> key = symmetric ? TokenKey::from_secret(configured.algorithm, secret_of(std::move(*text)))
                                   : TokenKey::from_pem(configured.algorithm, *text);
  if (!key) return tl::unexpected<Error>(key.error());
  key->id = configured.id;
  std::vector<TokenKey> keys;
  keys.push_back(std::move(*key));
  return keys;
}

}  // namespace

Result<std::vector<TokenKey>> load_token_keys(const TokenKeyConfig& configured) {
  Result<std::vector<TokenKey>> keys = read_keys(configured);
  if (!keys) {
    Error error = keys.error();
    if (error.subject.empty()) error.subject = configured.file;
    return tl::unexpected<Error>(std::move(error));
  }
  for (TokenKey& key : *keys) {
    key.issuer = configured.issuer;
    key.audience = configured.audience;
  }
  return keys;
}

Result<KeyRing> KeyRing::load(const std::vector<TokenKeyConfig>& configured) {
  KeyRing ring;
  for (size_t i = 0; i < configured.size(); ++i) {
    const std::string place = "/security/authentication/keys/" + std::to_string(i) + "/file";
    Result<std::vector<TokenKey>> keys = load_token_keys(configured[i]);
    if (!keys)
      return fail(keys.error().code, place + " (" + keys.error().subject + ")", keys.error().message);
    for (TokenKey& key : *keys) {
      if (ring.find(key.id) != nullptr)
        return fail("key_duplicate", place,
                    "there is a key with the id " + key.id + " already; name another");
      if (ring.keys_.size() == kMaxKeys)
        return fail("too_many_keys", place, "at most 64 keys may vouch for tokens; remove some");
      ring.keys_.push_back(std::move(key));
    }
  }
  return ring;
}

const TokenKey* KeyRing::find(std::string_view id) const {
  const auto found =
      std::find_if(keys_.begin(), keys_.end(), [id](const TokenKey& key) { return key.id == id; });
  return found == keys_.end() ? nullptr : &*found;
}

}  // namespace relay
