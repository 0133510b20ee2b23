#include "base/ip_address.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>

namespace relay {
namespace {

constexpr std::array<uint8_t, 12> kV4Prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr size_t kV4At = kV4Prefix.size();

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> literal{};  // ends with a NUL
  if (text.size() >= literal.size() || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::copy(text.begin(), text.end(), literal.begin());
  std::array<uint8_t, 16> bytes{};
  if (text.find(':') == std::string_view::npos)
    return inet_pton(AF_INET, literal.data(), bytes.data()) == 1
               ? std::optional(v4(std::span(bytes).first<4>()))
               : std::nullopt;
  if (inet_pton(AF_INET6, literal.data(), bytes.data()) != 1) return std::nullopt;
  return v6(bytes);
}

IpAddress IpAddress::v4(std::span<const uint8_t, 4> bytes) {
  IpAddress address;
  std::copy(kV4Prefix.begin(), kV4Prefix.end(), address.bytes_.begin());
  std::copy(bytes.begin(), bytes.end(), address.bytes_.begin() + kV4At);
  return address;
}

IpAddress IpAddress::v6(std::span<const uint8_t, 16> bytes) {
  IpAddress address;
  std::copy(bytes.begin(), bytes.end(), address.bytes_.begin());
  return address;
}

bool IpAddress::is_v4() const { return std::equal(kV4Prefix.begin(), kV4Prefix.end(), bytes_.begin()); }

std::string IpAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_v4())
    inet_ntop(AF_INET, bytes_.data() + kV4At, text.data(), text.size());
  else
    inet_ntop(AF_INET6, bytes_.data(), text.data(), text.size());
  return text.data();
}

std::string IpAddress::to_string(uint16_t port) const {
  const std::string host = to_string();
  return (is_v4() ? host : "[" + host + "]") + ":" + std::to_string(port);
}

std::string_view host_of_endpoint(std::string_view endpoint) {
  if (endpoint.starts_with('[')) {
    const size_t end = endpoint.find(']');
    return end == std::string_view::npos ? endpoint : endpoint.substr(1, end - 1);
  }
  const size_t colon = endpoint.find(':');
  // An IPv6 address without a port has more of them.
  if (colon == std::string_view::npos || endpoint.find(':', colon + 1) != std::string_view::npos)
    return endpoint;
  return endpoint.substr(0, colon);
}

}  // namespace relay
