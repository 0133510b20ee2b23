#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace socketio_redis {

/// What a pickle held.
struct Unpickled {
  std::string json;
  std::vector<std::string> attachments;  ///< the bytes of `{"_placeholder":true,"num":N}` are element N
  std::vector<std::string> tuples;       ///< keys of the outermost dict whose values are tuples
};

/// Reads a pickle of Python's protocols 2 to 5 that holds nothing but None, bool, int, float, str, bytes,
/// bytearray, list, tuple and dict, as JSON. Pure; runs nothing: what makes objects is refused by name.
///
/// Keys become text as json.dumps makes it, NaN and the infinities null, lone surrogates U+FFFD. Error
/// `bad_pickle`: anything else, an int beyond 64 bits, more than 64 levels (so one that contains itself),
/// `max_attachments` binary values, 262144 values or 16 MiB.
[[nodiscard]] relay::Result<Unpickled> read_pickle(std::string_view bytes, size_t max_attachments);

namespace detail {

/// One value; values refer to each other by their index.
struct PickleValue {
  enum class Kind : uint8_t { none, boolean, integer, large_integer, real, text, bytes, list, tuple, dict };
  Kind kind = Kind::none;
  uint64_t bits = 0;            ///< of a boolean or number
  std::string_view text = {};   ///< of text or bytes; borrows from the pickle
  std::vector<uint32_t> items;  ///< elements; of a dict its keys and values in turn
};

inline constexpr size_t kMaxPickleBytes = 16 << 20;  ///< of the pickle, and of what it becomes

/// The second half of read_pickle: value `root` as JSON.
[[nodiscard]] relay::Result<Unpickled> write_unpickled(const std::vector<PickleValue>& values, uint32_t root,
                                                       size_t max_attachments);

}  // namespace detail
}  // namespace socketio_redis
