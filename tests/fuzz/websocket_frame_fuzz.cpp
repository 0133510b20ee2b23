// links: seneca_codec
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "codec/inflater.h"
#include "codec/websocket_frame.h"

using namespace relay;

namespace {

constexpr size_t kMaxMessage = 4096;

struct Log final : WebSocketHandler {
  void on_message(bool text, std::string_view message) override {
    if (message.size() > kMaxMessage) std::abort();
    if (text && valid_utf8_prefix(message) != message.size()) std::abort();
    note(text ? 't' : 'b', message);
  }
  void on_ping(std::string_view payload) override { control('i', payload); }
  void on_pong(std::string_view payload) override { control('o', payload); }
  void on_close(uint16_t code, std::string_view reason) override {
    control('c', std::to_string(code) + std::string(reason));
  }

  void control(char kind, std::string_view payload) {
    if (payload.size() > 130) std::abort();
    note(kind, payload);
  }
  void note(char kind, std::string_view text) {
    seen += kind + std::to_string(text.size()) + ':';
    seen += text;
  }
  std::string seen;
};

std::string parse(std::string bytes, size_t chunk, bool inflates) {
  Log log;
  Inflater inflater;
  WebSocketParser parser(log, kMaxMessage, inflates ? &inflater : nullptr);
  for (size_t at = 0; at < bytes.size(); at += chunk) {
    // An allocation of its own, so that a read past the chunk is seen.
    std::vector<char> piece(bytes.begin() + static_cast<ptrdiff_t>(at),
                            bytes.begin() + static_cast<ptrdiff_t>(std::min(at + chunk, bytes.size())));
    if (!parser.feed(piece.data(), piece.size())) break;
  }
  return log.seen + " fault " + std::to_string(parser.fault().code);
}

}  // namespace

// However a connection's bytes are cut, the same comes out; with permessage-deflate for half of the inputs.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const bool inflates = data[0] >= 128;
  const std::string whole = parse(bytes, bytes.size() + 1, inflates);
  if (whole != parse(bytes, 1, inflates) || whole != parse(bytes, data[0] % 32 + 2, inflates)) std::abort();
  return 0;
}
