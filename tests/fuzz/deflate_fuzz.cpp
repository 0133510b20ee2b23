// links: seneca_codec
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "codec/agree_on_deflate.h"
#include "codec/deflater.h"
#include "codec/inflater.h"

using namespace relay;

namespace {

constexpr size_t kMaxMessage = 4096;

// What comes out is bounded, and the same whatever the inflater has seen before.
void inflate_anything(std::string_view payload) {
  Inflater used;
  (void)used.inflate_message(payload.substr(payload.size() / 2), kMaxMessage);
  const auto message = Inflater().inflate_message(payload, kMaxMessage);
  const auto again = used.inflate_message(payload, kMaxMessage);
  if (message.has_value() != again.has_value()) std::abort();
  if (message && (*message != *again || message->size() > kMaxMessage)) std::abort();
  if (!message && message.error() != again.error()) std::abort();
}

// What the relay compresses comes out as it was, and is shorter.
void go_there_and_back(std::string_view text) {
  std::string message;
  for (int i = 0; i < 4; ++i) message += text;
  std::string payload;
  if (!Deflater().shorten(message, payload)) return;
  if (payload.size() >= message.size()) std::abort();
  if (Inflater().inflate_message(payload, message.size()) != message) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  inflate_anything(bytes);
  go_there_and_back(bytes);
  const std::string agreed = agree_on_deflate(bytes);
  if (!agreed.empty() && bytes.find("permessage-deflate") == std::string_view::npos) std::abort();
  return 0;
}
