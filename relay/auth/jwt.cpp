#include "auth/jwt.h"

#include <algorithm>
#include <array>
#include <utility>

#include "auth/base64url.h"
#include "auth/strict_json.h"

namespace relay {
namespace {

using Json = nlohmann::json;

constexpr int64_t kMaxTime_s = 253402300799;  // the end of the year 9999
constexpr size_t kMaxTexts = 64;
constexpr size_t kMaxSubject = 256;

tl::unexpected<Error> refuse(std::string code, std::string message) {
  return fail(std::move(code), "token", std::move(message));
}

tl::unexpected<Error> malformed(std::string message) { return refuse("token_malformed", std::move(message)); }

struct Parts {
  std::string_view header, payload, signature;
  std::string_view signed_text;  // header and payload with the dot between them
};

Result<Parts> split(std::string_view token) {
  if (token.size() > kMaxTokenBytes) return malformed("is longer than 8 KiB");
  if (std::count(token.begin(), token.end(), '.') != 2)
    return malformed("has not three parts with dots between them, as a signed JWT has");
  const size_t first = token.find('.'), second = token.rfind('.');
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
               token.substr(0, second)};
}

struct Header {
  std::string algorithm;
  std::optional<std::string> key_id;
};

Result<Header> read_header(std::string_view part) {
  const auto text = decode_base64url(part);
  const auto object = text ? parse_strict_object(*text) : std::nullopt;
  if (!object) return malformed("has a header that is no JSON object in base64url, or has a key twice");
  if (object->contains("crit"))
    return malformed("has a critical header (crit), and no extension is understood here");
  Header header;
  const auto algorithm = object->find("alg");
  if (algorithm == object->end() || !algorithm->is_string())
    return refuse("token_algorithm", "names no algorithm; only signed tokens are taken");
  header.algorithm = algorithm->get<std::string>();
  if (const auto id = object->find("kid"); id != object->end()) {
    if (!id->is_string()) return malformed("has a kid that is no text");
    header.key_id = id->get<std::string>();
  }
  return header;
}

Result<const TokenKey*> find_signer(const Parts& parts, const Header& header, const KeyRing& keys) {
  const auto signature = decode_base64url(parts.signature);
  if (!signature) return malformed("has a signature that is not base64url");
  const auto unsuitable = [] {
    return refuse("token_algorithm", "is not signed with the algorithm that is configured for its key");
  };
  if (header.key_id) {
    const TokenKey* const key = keys.find(*header.key_id);
    if (key == nullptr) return refuse("token_key_unknown", "is signed with a key that is not configured");
    if (to_string(key->algorithm()) != header.algorithm) return unsuitable();
    if (key->verifies(parts.signed_text, *signature)) return key;
    return refuse("token_signature", "has a signature that is not of the configured key");
  }
  bool suits = false;
  for (const TokenKey& key : keys.keys()) {
    if (to_string(key.algorithm()) != header.algorithm) continue;
    suits = true;
    if (key.verifies(parts.signed_text, *signature)) return &key;
  }
  if (!suits) return unsuitable();
  return refuse("token_signature", "has a signature that is of no configured key");
}

// Whole seconds: 1e99 and "1700000000" are none.
Result<std::optional<int64_t>> read_time(const Json& claims, const char* name) {
  const auto found = claims.find(name);
  if (found == claims.end()) return std::optional<int64_t>();
  const bool fits =
      found->is_number_integer() &&
      (found->is_number_unsigned() ? found->get<uint64_t>() <= static_cast<uint64_t>(kMaxTime_s)
                                   : found->get<int64_t>() >= 0 && found->get<int64_t>() <= kMaxTime_s);
  if (!fits) return malformed(std::string("has a ") + name + " that is no whole number of seconds");
  return std::optional<int64_t>(found->get<int64_t>());
}

Result<int64_t> check_times(const Json& claims, int64_t now_s, int64_t leeway_s) {
  const auto expires = read_time(claims, "exp");
  if (!expires) return tl::unexpected<Error>(expires.error());
  if (!*expires) return malformed("has no exp, so it would be good for ever");
  for (const char* name : {"nbf", "iat"}) {
    const auto begins = read_time(claims, name);
    if (!begins) return tl::unexpected<Error>(begins.error());
    if (*begins && **begins > now_s + leeway_s)
      return refuse("token_not_yet_valid",
                    std::string("is not good yet (") + name + "); compare the clocks of both machines");
  }
  if (**expires + leeway_s <= now_s) return refuse("token_expired", "has expired; get a new one");
  return **expires;
}

Result<std::vector<std::string>> read_texts(const Json& value, const std::string& name) {
  std::vector<std::string> texts;
  const Json list = value.is_string() ? Json::array({value}) : value;
  if (!list.is_array() || list.size() > kMaxTexts)
    return malformed("has a " + name + " that is neither a text nor an array of at most 64 texts");
  for (const Json& item : list) {
    if (!item.is_string()) return malformed("has a " + name + " with something else than a text in it");
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

Status check_issuer_and_audience(const Json& claims, const TokenKey& key) {
  const auto issuer = claims.find("iss");
  if (!key.issuer.empty() && (issuer == claims.end() || *issuer != key.issuer))
    return refuse("token_issuer", "is not of the issuer that is configured for its key");
  const auto audience = claims.find("aud");
  // RFC 7519 §4.1.3: who is not named in it must refuse it.
  if (audience == claims.end()) {
    if (key.audience.empty()) return {};
    return refuse("token_audience", "names no audience (aud), and one is configured for its key");
  }
  const auto named = read_texts(*audience, "aud");
  if (!named) return tl::unexpected<Error>(named.error());
  if (!key.audience.empty() && std::find(named->begin(), named->end(), key.audience) != named->end())
    return {};
  return refuse("token_audience", "is for another audience (aud) than is configured for its key");
}

Status read_limit(const Json& claim, std::optional<Grant>& limit) {
  if (!claim.is_object()) return malformed("has a claim seneca that is no object");
  GrantTexts texts;
  const std::array<std::pair<std::string_view, std::vector<std::string>*>, 4> lists = {
      {{"namespaces", &texts.namespaces},
       {"rooms", &texts.rooms},
       {"types", &texts.types},
       {"publish", &texts.publish}}};
  for (const auto& [name, value] : claim.items()) {
    const auto known = std::find_if(lists.begin(), lists.end(),
                                    [&name = name](const auto& each) { return each.first == name; });
    // What is not understood may have been meant to narrow.
    if (known == lists.end()) return malformed("has a claim seneca with an unknown member");
    auto given = read_texts(value, "seneca." + name);
    if (!given) return tl::unexpected<Error>(given.error());
    *known->second = std::move(*given);
  }
  Result<Grant> grant = make_grant(texts);
  if (!grant) return malformed("has a claim seneca with a bad pattern: " + grant.error().message);
  limit = std::move(*grant);
  return {};
}

Status read_claims(const Json& object, JwtClaims& claims) {
  if (const auto subject = object.find("sub"); subject != object.end()) {
    if (!subject->is_string()) return malformed("has a sub that is no text");
    claims.subject = subject->get<std::string>();
    if (claims.subject.size() > kMaxSubject) return malformed("has a sub of more than 256 bytes");
  }
  for (const char* name : {"role", "roles"}) {
    const auto found = object.find(name);
    if (found == object.end()) continue;
    const auto roles = read_texts(*found, name);
    if (!roles) return tl::unexpected<Error>(roles.error());
    for (const std::string& role : *roles)
      if (std::find(claims.roles.begin(), claims.roles.end(), role) == claims.roles.end())
        claims.roles.push_back(role);
  }
  const auto limit = object.find("seneca");
  return limit == object.end() ? Status() : read_limit(*limit, claims.limit);
}

}  // namespace

Result<JwtClaims> verify_jwt(std::string_view token, const KeyRing& keys, int64_t now_s, int64_t leeway_s) {
  const Result<Parts> parts = split(token);
  if (!parts) return tl::unexpected<Error>(parts.error());
  const Result<Header> header = read_header(parts->header);
  if (!header) return tl::unexpected<Error>(header.error());
  const Result<const TokenKey*> key = find_signer(*parts, *header, keys);
  if (!key) return tl::unexpected<Error>(key.error());

  const auto text = decode_base64url(parts->payload);
  const auto object = text ? parse_strict_object(*text) : std::nullopt;
  if (!object) return malformed("has claims that are no JSON object in base64url, or has one twice");
  const Result<int64_t> expires = check_times(*object, now_s, leeway_s);
  if (!expires) return tl::unexpected<Error>(expires.error());
  if (Status fits = check_issuer_and_audience(*object, **key); !fits)
    return tl::unexpected<Error>(fits.error());
  JwtClaims claims;
  claims.expires_s = *expires;
  claims.key_digest = (*key)->digest();
  if (Status read = read_claims(*object, claims); !read) return tl::unexpected<Error>(read.error());
  return claims;
}

}  // namespace relay
