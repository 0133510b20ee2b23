// links: seneca_net
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/client_address.h"

using namespace relay;

// Lines of X-Forwarded-For, and one of X-Forwarded-Proto: the client's address is the peer's, or one that is
// an address and stands in the header; and never that of a proxy while there is another behind it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const AddressRanges trusted = AddressRanges::of({"10.0.0.0/8", "fd00::/8"});
  const Peer peer{"10.0.0.1:1", IpAddress::parse("10.0.0.1"), false};
  std::string_view text(reinterpret_cast<const char*>(data), size);
  HttpRequestHead head;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    head.headers.emplace_back(line.starts_with('p') ? "x-forwarded-proto" : "x-forwarded-for", line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  const RequestOrigin origin = origin_of(head, peer, trusted);
  if (origin.address == peer.address) return 0;
  const auto address = IpAddress::parse(origin.address);
  if (!address || address->to_string() != origin.address) std::abort();
  if (host_of_endpoint(origin.address) != origin.address) std::abort();
  const Peer stranger{"192.0.2.9:1", IpAddress::parse("192.0.2.9"), false};
  if (origin_of(head, stranger, trusted).address != stranger.address) std::abort();
  return 0;
}
