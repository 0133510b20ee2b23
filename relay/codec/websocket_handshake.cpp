#include "codec/websocket_handshake.h"

#include <openssl/sha.h>

#include <algorithm>

#include "codec/base64.h"

namespace relay {
namespace {

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

/// The first element of a comma-separated list that `accept` takes, or "".
template <class Accept>
std::string_view find_token(std::string_view list, Accept accept) {
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    const std::string_view token = trimmed(list.substr(0, comma));
    if (!token.empty() && accept(token)) return token;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return {};
}

bool has_token(std::string_view list, std::string_view wanted) {
  return !find_token(list, [wanted](std::string_view token) {
            return equal_ignoring_case(token, wanted);
          }).empty();
}

bool is_valid_key(std::string_view key) {
  constexpr size_t kKeyBytes = 16;
  constexpr size_t kKeyText = 24;
  if (key.size() != kKeyText) return false;
  const auto bytes = decode_base64(key);
  return bytes && bytes->size() == kKeyBytes;
}

tl::unexpected<UpgradeRefused> refuse(int status, std::string_view code, std::string_view message) {
  return tl::unexpected<UpgradeRefused>(UpgradeRefused{status, code, message});
}

}  // namespace

tl::expected<UpgradeAccepted, UpgradeRefused> check_upgrade(const UpgradeHeaders& headers,
                                                            std::span<const std::string_view> supported) {
  if (headers.method != "GET") return refuse(400, "bad_upgrade", "a WebSocket upgrade is a GET request");
  if (headers.http_version != "HTTP/1.1")
    return refuse(400, "bad_upgrade", "a WebSocket upgrade needs HTTP/1.1");
  if (!has_token(headers.upgrade, "websocket"))
    return refuse(400, "bad_upgrade", "the Upgrade header must name websocket");
  if (!has_token(headers.connection, "upgrade"))
    return refuse(400, "bad_upgrade", "the Connection header must name Upgrade");
  if (trimmed(headers.version) != "13")
    return refuse(426, "bad_version", "only WebSocket version 13 is spoken here");
  const std::string_view key = trimmed(headers.key);
  if (!is_valid_key(key)) return refuse(400, "bad_key", "Sec-WebSocket-Key must be 16 bytes in base64");
  const std::string_view protocol = find_token(headers.protocols, [supported](std::string_view token) {
    return std::find(supported.begin(), supported.end(), token) != supported.end();
  });
  return UpgradeAccepted{websocket_accept_key(key), std::string(protocol), ""};
}

std::string upgrade_response(const UpgradeAccepted& accepted) {
  std::string response =
      "HTTP/1.1 101 Switching Protocols\r\n"
      "Upgrade: websocket\r\n"
      "Connection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      accepted.accept_key + "\r\n";
  if (!accepted.subprotocol.empty()) response += "Sec-WebSocket-Protocol: " + accepted.subprotocol + "\r\n";
  if (!accepted.extensions.empty()) response += "Sec-WebSocket-Extensions: " + accepted.extensions + "\r\n";
  return response + "\r\n";
}

std::string websocket_accept_key(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return encode_base64({reinterpret_cast<const char*>(digest), sizeof digest});
}

}  // namespace relay
