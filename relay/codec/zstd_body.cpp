#include "codec/zstd_body.h"

#include <zstd.h>

#include <algorithm>
#include <memory>

namespace relay {
namespace {

constexpr size_t kStepBytes = 64 * 1024;
constexpr int kMaxWindowLog = 23;  // 8 MiB: what zstd itself recommends decoders to accept

}  // namespace

Result<std::string> decompress_zstd(std::string_view compressed, size_t max_bytes) {
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kMaxWindowLog);
  std::string out;
  ZSTD_inBuffer in{compressed.data(), compressed.size(), 0};
  size_t more = 1;
  while (more != 0) {
    // A growing buffer, not the size the frame claims: a bomb is met with max_bytes + 1 at the most.
    const size_t before = out.size();
    out.resize(std::min(before + kStepBytes, max_bytes + 1));
    ZSTD_outBuffer step{out.data() + before, out.size() - before, 0};
    more = ZSTD_decompressStream(context.get(), &step, &in);
    if (ZSTD_isError(more) != 0) return fail("bad_zstd", "body", ZSTD_getErrorName(more));
    out.resize(before + step.pos);
    if (out.size() > max_bytes)
      return fail("body_too_large", "body",
                  "decompresses to more than " + std::to_string(max_bytes) + " bytes");
    if (more != 0 && step.pos == 0 && in.pos == in.size)
      return fail("bad_zstd", "body", "ends in the middle");
  }
  if (in.pos != in.size) return fail("bad_zstd", "body", "has bytes after the zstd frame");
  return out;
}

}  // namespace relay
