#include "codec/zstd_encoder.h"

#include <zstd.h>

#include <new>

namespace relay {
namespace {

// Level 3 takes a fifth longer and saves another 1 % of an event.
constexpr int kLevel = 1;

}  // namespace

ZstdEncoder::ZstdEncoder() = default;
ZstdEncoder::~ZstdEncoder() = default;

void ZstdEncoder::End::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }

std::string ZstdEncoder::encode(std::string_view message) {
  if (!context_) context_.reset(ZSTD_createCCtx());
  if (!context_) throw std::bad_alloc();
  std::string out(ZSTD_compressBound(message.size()), '\0');
  const size_t size =
      ZSTD_compressCCtx(context_.get(), out.data(), out.size(), message.data(), message.size(), kLevel);
  if (ZSTD_isError(size) != 0) throw std::bad_alloc();  // with so much room the only error left
  out.resize(size);
  return out;
}

}  // namespace relay
