// links: seneca_codec
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "codec/engine_io.h"
#include "codec/plain_json.h"
#include "codec/socket_io.h"
#include "event/json_check.h"

using namespace relay;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::vector<char> bytes(data, data + size);
  const std::string_view text(bytes.data(), bytes.size());

  if (const auto packet = decode_socket_io(text)) {
    if (!packet->payload.empty() && check_json(packet->payload) != JsonFault::none) std::abort();
    if (packet->attachments > kMaxAttachments || packet->namespace_.size() > kMaxNamespaceBytes) std::abort();
    if (packet->namespace_.empty() || packet->namespace_.front() != '/') std::abort();
  }
  (void)decode_engine_io(text);
  (void)decode_engine_io_binary(text);

  PlainRequest request;
  if (decode_plain_request(text, request) && !request.event.empty() &&
      check_json(request.event) != JsonFault::none)
    std::abort();
  return 0;
}
