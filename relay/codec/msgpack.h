#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace relay {

/// MessagePack from and to JSON, for clients of Socket.IO that speak it. Pure.
///
/// What JSON has no word for: binary values become placeholders as Socket.IO writes them; notepack.io's dates
/// and MessagePack's timestamps ISO text; NaN, the infinities and notepack.io's undefined null.

/// The only value that `bytes` is, as JSON; the bytes of `{"_placeholder":true,"num":N}` become element N of
/// `attachments`, at most `max_attachments`. Integers are exact, other numbers the shortest that read back
/// the same. Error `bad_msgpack`: bytes that are no MessagePack, or nested too deep, a map's key that is no
/// string, a string that is no UTF-8, an extension of unknown type; `attachments` then has what came before.
[[nodiscard]] Result<std::string> msgpack_to_json(std::string_view bytes,
                                                  std::vector<std::string>& attachments,
                                                  size_t max_attachments = 10);

/// Appends `json`, which is one valid JSON value of any depth. Integers that have 64 bits stay integers,
/// other numbers are float64, as near as that gets; lone surrogates become U+FFFD. With `attachments`,
/// placeholders that name one become its bytes; others stay maps. What is not valid JSON gives bytes of no
/// meaning.
void append_msgpack(std::string& out, std::string_view json, std::span<const std::string> attachments = {});

}  // namespace relay
