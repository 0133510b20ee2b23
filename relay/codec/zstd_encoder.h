#pragma once

#include <memory>
#include <string>
#include <string_view>

struct ZSTD_CCtx_s;

namespace relay {

/// Compresses messages into one zstd frame each. Owned by a shard, whose thread calls it; zstd's state is
/// made at the first message.
class ZstdEncoder {
 public:
  ZstdEncoder();
  ~ZstdEncoder();

  [[nodiscard]] std::string encode(std::string_view message);

 private:
  struct End {
    void operator()(ZSTD_CCtx_s* context) const;
  };

  std::unique_ptr<ZSTD_CCtx_s, End> context_;
};

}  // namespace relay
