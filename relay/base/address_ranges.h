#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "base/result.h"

namespace relay {

/// Some addresses and networks of IPv4 and IPv6. Immutable once made; [any-thread] then. Asked once for a
/// connection or request, of some lines of a configuration: a list.
class AddressRanges {
 public:
  /// Adds "192.0.2.1", "10.0.0.0/8", "::1" or "2001:db8::/32". Error `bad_address_range`, subject "".
  [[nodiscard]] Status add(std::string_view text);
  /// Of texts that `add` has checked before; others are left out.
  [[nodiscard]] static AddressRanges of(const std::vector<std::string>& texts);

  [[nodiscard]] bool contains(const IpAddress& address) const;
  [[nodiscard]] bool empty() const { return ranges_.empty(); }

 private:
  struct Range {
    IpAddress network;
    size_t bits;  ///< of the 128 of the network's bytes
  };
  std::vector<Range> ranges_;
};

}  // namespace relay
