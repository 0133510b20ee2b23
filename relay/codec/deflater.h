#pragma once

#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;

namespace relay {

/// The sending half of permessage-deflate (RFC 7692) without context takeover: each message by itself, so
/// that one compressed frame suits every client. Owned by a shard, whose thread calls it; zlib's state, about
/// 90 KiB, is made at the first message.
class Deflater {
 public:
  /// Base-2 logarithm of the window. Twelve compresses events of 10 KB as well as fifteen, and suits clients
  /// that ask for a smaller one.
  static constexpr int kWindowBits = 12;

  Deflater();
  ~Deflater();

  /// Puts `message` into `out` as the payload of a frame with RSV1. False, and `out` is of no use, when that
  /// would not be shorter.
  [[nodiscard]] bool shorten(std::string_view message, std::string& out);

 private:
  struct End {
    void operator()(z_stream_s* stream) const;
  };
  [[nodiscard]] bool begin();

  std::unique_ptr<z_stream_s, End> stream_;
};

}  // namespace relay
