#include "base/address_ranges.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace relay {
namespace {

constexpr size_t kBits = 128, kBitsBeforeV4 = 96;

std::array<uint8_t, 16> masked(const IpAddress& address, size_t bits) {
  std::array<uint8_t, 16> bytes = address.bytes();
  for (size_t i = 0; i < bytes.size(); ++i) {
    const size_t kept = std::clamp<size_t>(bits, i * 8, i * 8 + 8) - i * 8;
    bytes[i] = static_cast<uint8_t>(bytes[i] & (0xff00U >> kept));
  }
  return bytes;
}

std::optional<size_t> parse_bits(std::string_view text, size_t most) {
  size_t bits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (error != std::errc() || end != text.data() + text.size() || bits > most) return std::nullopt;
  return bits;
}

tl::unexpected<Error> bad(std::string_view text, const std::string& what) {
  return fail("bad_address_range", "", "\"" + std::string(text) + "\" " + what);
}

}  // namespace

Status AddressRanges::add(std::string_view text) {
  const size_t slash = text.find('/');
  const std::optional<IpAddress> address = IpAddress::parse(text.substr(0, slash));
  if (!address)
    return bad(text,
               "is no address and no network; write an IP address or a range, as in \"192.0.2.1\", "
               "\"10.0.0.0/8\" or \"2001:db8::/32\"");
  size_t bits = kBits;
  if (slash != std::string_view::npos) {
    const bool is_v4 = text.find(':') == std::string_view::npos;
    const size_t before = is_v4 ? kBitsBeforeV4 : 0;
    const std::optional<size_t> given = parse_bits(text.substr(slash + 1), kBits - before);
    if (!given)
      return bad(text, std::string("has no length from 0 to ") + (is_v4 ? "32" : "128") +
                           " behind the slash; write one, as in \"10.0.0.0/8\" or \"2001:db8::/32\"");
    bits = before + *given;
    const IpAddress network = IpAddress::v6(masked(*address, bits));
    // "10.1.2.3/8" may be meant as the one address or as the network.
    if (network != *address)
      return bad(text, "has an address within the network; write \"" + network.to_string() +
                           std::string(text.substr(slash)) + "\" for the network, or the address alone");
  }
  ranges_.push_back({*address, bits});
  return {};
}

AddressRanges AddressRanges::of(const std::vector<std::string>& texts) {
  AddressRanges ranges;
  for (const std::string& text : texts) (void)ranges.add(text);
  return ranges;
}

bool AddressRanges::contains(const IpAddress& address) const {
  return std::any_of(ranges_.begin(), ranges_.end(), [&address](const Range& range) {
    return masked(address, range.bits) == range.network.bytes();
  });
}

}  // namespace relay
