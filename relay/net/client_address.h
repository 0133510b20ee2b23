#pragma once

#include <optional>
#include <string>

#include "base/address_ranges.h"
#include "base/ip_address.h"
#include "codec/http_request.h"
#include "net/peer.h"

namespace relay {

/// Who sends a request, where proxies may be between. Of the request and not of the connection: a proxy has
/// those of many clients on one.
struct RequestOrigin {
  std::string address;  ///< "192.0.2.1:51234"; of a client behind a proxy without a port, "192.0.2.1"
  bool secure = false;  ///< the client speaks TLS: to us, or to a trusted proxy that says so
};

/// What X-Forwarded-For says: from the right, that is from the nearest proxy on, the first address that is
/// not trusted, or the leftmost when all are. What is no address ends the walk: then it is the last one
/// before that. Nothing when there is none. Only for a head that comes from a trusted proxy.
[[nodiscard]] std::optional<IpAddress> forwarded_for(const HttpRequestHead& head,
                                                     const AddressRanges& trusted);

/// Where the request of `head` on a connection of `peer` comes from. Headers of others than the trusted
/// proxies are not looked at.
[[nodiscard]] RequestOrigin origin_of(const HttpRequestHead& head, const Peer& peer,
                                      const AddressRanges& trusted);

}  // namespace relay
