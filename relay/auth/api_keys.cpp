#include "auth/api_keys.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <utility>

#include "auth/base64url.h"
#include "auth/key_file.h"
#include "auth/strict_json.h"
#include "base/clock.h"

namespace relay {
namespace {

using Json = nlohmann::json;

constexpr int64_t kMaxTime_s = 253402300799;

tl::unexpected<Error> bad(const std::string& name, size_t number, const std::string& what) {
  return fail("bad_api_keys", name + ", key " + std::to_string(number), what);
}

std::array<unsigned char, 32> digest_of(std::string_view text) {
  std::array<unsigned char, 32> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

bool read_hex(const std::string& text, std::array<unsigned char, 32>& bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (text.size() != 2 * bytes.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const size_t value = kDigits.find(text[i]);
    if (value == std::string_view::npos) return false;
    bytes[i / 2] = static_cast<unsigned char>(bytes[i / 2] << 4 | value);
  }
  return true;
}

bool read_expiry(const Json& value, int64_t& expires_us) {
  if (value.is_string()) return parse_time(value.get<std::string>(), 0, expires_us);
  if (!value.is_number_unsigned() || value.get<uint64_t>() > static_cast<uint64_t>(kMaxTime_s)) return false;
  expires_us = static_cast<int64_t>(value.get<uint64_t>()) * 1'000'000;
  return true;
}

Status read_member(const std::string& key, const Json& value, ApiKeys::Entry& entry) {
  if (key == "id") {
    if (!value.is_string() || value.get<std::string>().empty()) return fail("", "", "id must be a text");
    entry.id = value.get<std::string>();
  } else if (key == "sha256") {
    if (!value.is_string() || !read_hex(value.get<std::string>(), entry.sha256))
      return fail("", "", "sha256 must be 64 hexadecimal digits in lower case");
  } else if (key == "roles") {
    if (!value.is_array()) return fail("", "", "roles must be an array of texts");
    for (const Json& role : value) {
      if (!role.is_string()) return fail("", "", "roles must be an array of texts");
      entry.roles.push_back(role.get<std::string>());
    }
  } else if (key == "expires") {
    if (!read_expiry(value, entry.expires_us))
      return fail("", "", "expires must be a time (2027-01-01T00:00:00Z) or seconds since 1970");
  } else {
    return fail("", "", "unknown member " + key + "; id, sha256, roles and expires are known");
  }
  return {};
}

Result<ApiKeys::Entry> read_entry(const std::optional<Json>& object, const std::string& name, size_t number) {
  if (!object || !object->is_object())
    return bad(name, number,
               "is no JSON object, or has a key twice; senecactl token new --api-key makes one");
  ApiKeys::Entry entry;
  for (const auto& [key, value] : object->items())
    if (const Status read = read_member(key, value, entry); !read)
      return bad(name, number, read.error().message);
  for (const char* needed : {"id", "sha256", "roles"})
    if (!object->contains(needed)) return bad(name, number, std::string(needed) + " is missing");
  return entry;
}

}  // namespace

std::string to_hex(const std::array<unsigned char, 32>& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : digest) (text += kDigits[byte >> 4]) += kDigits[byte & 15];
  return text;
}

Result<ApiKeys> ApiKeys::load(const std::string& path) {
  const Result<std::string> text = read_key_file(path, KeyFileKind::open);
  if (!text) return tl::unexpected<Error>(text.error());
  return parse(*text, path);
}

Result<ApiKeys> ApiKeys::parse(std::string_view text, const std::string& name) {
  std::vector<std::optional<Json>> objects;
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin != std::string_view::npos && text[begin] == '[') {
    std::optional<Json> list = parse_strict_json(text);
    if (!list || !list->is_array()) return bad(name, 1, "the array is no JSON, or has a key twice");
    for (Json& item : *list) objects.emplace_back(std::move(item));
  } else {
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      const std::string_view line = text.substr(0, end);
      if (line.find_first_not_of(" \t\r") != std::string_view::npos)
        objects.push_back(parse_strict_object(line));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
  if (objects.size() > kMaxKeys) return bad(name, kMaxKeys + 1, "at most 4096 keys are taken");
  ApiKeys keys;
  for (const std::optional<Json>& object : objects) {
    Result<Entry> entry = read_entry(object, name, keys.entries_.size() + 1);
    if (!entry) return tl::unexpected<Error>(entry.error());
    const bool known = std::any_of(keys.entries_.begin(), keys.entries_.end(),
                                   [&](const Entry& each) { return each.id == entry->id; });
    if (known) return bad(name, keys.entries_.size() + 1, "the id " + entry->id + " is another's already");
    keys.entries_.push_back(std::move(*entry));
  }
  return keys;
}

// All are compared, and each in constant time.
const ApiKeys::Entry* ApiKeys::find(std::string_view key) const {
  const std::array<unsigned char, 32> digest = digest_of(key);
  const Entry* found = nullptr;
  for (const Entry& entry : entries_)
    if (CRYPTO_memcmp(entry.sha256.data(), digest.data(), digest.size()) == 0) found = &entry;
  return found;
}

NewApiKey make_api_key(std::string_view id, const std::vector<std::string>& roles) {
  std::string bytes(32, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) != 1)
    return {};
  NewApiKey made;
  made.key = std::string(kApiKeyPrefix) + encode_base64url(bytes);
  nlohmann::ordered_json line;
  line["id"] = id;
  line["sha256"] = to_hex(digest_of(made.key));
  line["roles"] = roles;
  made.line = line.dump();
  return made;
}

}  // namespace relay
