#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

struct z_stream_s;

namespace relay {

enum class InflateFault : uint8_t { bad_data, too_big };

/// The receiving half of permessage-deflate (RFC 7692) without context takeover: each message by itself, so
/// that one inflater serves all connections of a shard, whose thread calls it. zlib's state, about 40 KiB, is
/// made at the first message.
///
/// Invariant: a message cannot refer to bytes of an earlier one, whoever sent that.
class Inflater {
 public:
  Inflater();
  ~Inflater();

  /// The message whose frames, joined, carried `payload`. Memory grows with what comes out, up to
  /// `max_bytes`.
  [[nodiscard]] tl::expected<std::string, InflateFault> inflate_message(std::string_view payload,
                                                                        size_t max_bytes);

 private:
  struct End {
    void operator()(z_stream_s* stream) const;
  };
  struct Output {
    std::string bytes;
    size_t used = 0;
    size_t max_bytes = 0;
  };
  [[nodiscard]] bool begin();
  [[nodiscard]] tl::expected<void, InflateFault> feed(std::string_view piece, Output& out);
  [[nodiscard]] bool between_blocks() const;

  std::unique_ptr<z_stream_s, End> stream_;
};

}  // namespace relay
