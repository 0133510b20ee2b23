#include "codec/inflater.h"

#include <zlib.h>

#include <algorithm>

namespace relay {
namespace {

constexpr int kWindowBits = 15;  // what a client uses that was not told otherwise
constexpr size_t kFirstBytes = 1024;
// Ends the empty block that a sender flushes with; RFC 7692 §7.2.2.
constexpr std::string_view kTail{"\x00\x00\xff\xff", 4};

bool make_room(std::string& bytes, size_t used, size_t max_bytes) {
  if (used < bytes.size()) return true;
  // One byte more than allowed shows that there is more.
  bytes.resize(std::min(std::max(kFirstBytes, 2 * bytes.size()), max_bytes + 1));
  return used < bytes.size();
}

}  // namespace

Inflater::Inflater() = default;
Inflater::~Inflater() = default;

void Inflater::End::operator()(z_stream_s* stream) const {
  inflateEnd(stream);
  delete stream;
}

bool Inflater::begin() {
  if (stream_) return inflateReset(stream_.get()) == Z_OK;
  auto stream = std::make_unique<z_stream_s>();
  if (inflateInit2(stream.get(), -kWindowBits) != Z_OK) return false;
  stream_.reset(stream.release());
  return true;
}

tl::expected<std::string, InflateFault> Inflater::inflate_message(std::string_view payload,
                                                                  size_t max_bytes) {
  if (!begin()) return tl::unexpected<InflateFault>(InflateFault::bad_data);
  Output out;
  out.max_bytes = max_bytes;
  for (const std::string_view piece : {payload, kTail})
    if (const auto fed = feed(piece, out); !fed) return tl::unexpected<InflateFault>(fed.error());
  if (!between_blocks()) return tl::unexpected<InflateFault>(InflateFault::bad_data);
  out.bytes.resize(out.used);
  return std::move(out.bytes);
}

tl::expected<void, InflateFault> Inflater::feed(std::string_view piece, Output& out) {
  stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
  stream_->avail_in = static_cast<uInt>(piece.size());
  do {
    if (!make_room(out.bytes, out.used, out.max_bytes))
      return tl::unexpected<InflateFault>(InflateFault::too_big);
    stream_->next_out = reinterpret_cast<Bytef*>(out.bytes.data() + out.used);
    stream_->avail_out = static_cast<uInt>(out.bytes.size() - out.used);
    const int state = inflate(stream_.get(), Z_SYNC_FLUSH);
    out.used = out.bytes.size() - stream_->avail_out;
    if (state == Z_BUF_ERROR) break;  // all is taken
    // A final block ends a stream, not the message: others may follow it, RFC 7692 §7.2.3.4.
    if (state == Z_STREAM_END)
      inflateReset(stream_.get());
    else if (state != Z_OK)
      return tl::unexpected<InflateFault>(InflateFault::bad_data);
  } while (stream_->avail_in > 0 || stream_->avail_out == 0);
  if (out.used > out.max_bytes) return tl::unexpected<InflateFault>(InflateFault::too_big);
  return {};
}

// After the tail a message that is whole stands behind a block, at a whole byte: zlib.h on data_type.
bool Inflater::between_blocks() const {
  constexpr int kAfterBlock = 128, kUnusedBits = 63;
  return (stream_->data_type & (kAfterBlock | kUnusedBits)) == kAfterBlock;
}

}  // namespace relay
