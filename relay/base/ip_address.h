#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace relay {

/// An IPv4 or IPv6 address. An IPv4 address that is written as an IPv6 one (::ffff:192.0.2.1) is the IPv4
/// one. A value.
class IpAddress {
 public:
  /// A literal, without brackets, port and zone.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);
  /// Network byte order.
  [[nodiscard]] static IpAddress v4(std::span<const uint8_t, 4> bytes);
  [[nodiscard]] static IpAddress v6(std::span<const uint8_t, 16> bytes);

  [[nodiscard]] bool is_v4() const;
  /// As IPv6; an IPv4 address in its last four bytes, behind ::ffff.
  [[nodiscard]] const std::array<uint8_t, 16>& bytes() const { return bytes_; }
  /// The shortest form, "192.0.2.1" or "2001:db8::1".
  [[nodiscard]] std::string to_string() const;
  /// With a port: "192.0.2.1:8000", "[2001:db8::1]:8000".
  [[nodiscard]] std::string to_string(uint16_t port) const;

  auto operator<=>(const IpAddress&) const = default;

 private:
  std::array<uint8_t, 16> bytes_{};
};

/// What is left of "192.0.2.1:8000" or "[2001:db8::1]:8000" without the port: the address as
/// IpAddress::to_string has it. What has no port comes back as it is. For the addresses of clients, to tell
/// these apart: a client has many ports.
[[nodiscard]] std::string_view host_of_endpoint(std::string_view endpoint);

}  // namespace relay
