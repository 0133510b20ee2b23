#pragma once

#include <string>
#include <string_view>

namespace relay {

/// Answers the permessage-deflate offers (RFC 7692 §7.1) in a request's Sec-WebSocket-Extensions with the
/// value of the same header for the response; "" when there is none to agree on.
///
/// Neither side takes its context over: frames are shared between clients and inflated by one stream. The
/// first offer that can be met so is taken. One with an unknown, repeated or wrong parameter, or with a
/// window smaller than Deflater's, is passed over; a header that breaks the grammar of RFC 6455 §9.1 counts
/// as absent.
[[nodiscard]] std::string agree_on_deflate(std::string_view offers);

}  // namespace relay
