#include "codec/deflater.h"

#include <zlib.h>

namespace relay {
namespace {

// Level 6 takes 1.7 times as long for events of 10 KB and saves another 3 % of them; up to 1 KB it is 1 %.
// More memory than 6 is a larger table to clear before every message.
constexpr int kLevel = 1;
constexpr int kMemoryLevel = 6;
constexpr size_t kTailBytes = 4;  // 00 00 FF FF, which RFC 7692 §7.2.1 leaves out

}  // namespace

Deflater::Deflater() = default;
Deflater::~Deflater() = default;

void Deflater::End::operator()(z_stream_s* stream) const {
  deflateEnd(stream);
  delete stream;
}

bool Deflater::begin() {
  if (stream_) return deflateReset(stream_.get()) == Z_OK;
  auto stream = std::make_unique<z_stream_s>();
  if (deflateInit2(stream.get(), kLevel, Z_DEFLATED, -kWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK)
    return false;
  stream_.reset(stream.release());
  return true;
}

bool Deflater::shorten(std::string_view message, std::string& out) {
  if (!begin()) return false;
  out.resize(message.size());
  stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
  stream_->avail_in = static_cast<uInt>(message.size());
  stream_->next_out = reinterpret_cast<Bytef*>(out.data());
  stream_->avail_out = static_cast<uInt>(out.size());
  if (deflate(stream_.get(), Z_SYNC_FLUSH) != Z_OK || stream_->avail_out == 0) return false;
  out.resize(out.size() - stream_->avail_out - kTailBytes);
  return true;
}

}  // namespace relay
