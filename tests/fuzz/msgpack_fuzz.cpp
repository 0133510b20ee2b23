// links: seneca_codec
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "codec/msgpack.h"
#include "codec/socket_io.h"
#include "codec/socket_io_msgpack.h"
#include "event/json_check.h"

using namespace relay;

namespace {

// A map may look like a placeholder without being one.
bool has_own_placeholders_only(std::string_view json, size_t attachments) {
  constexpr std::string_view kKey = "\"_placeholder\"";
  size_t found = 0;
  for (size_t at = json.find(kKey); at != std::string_view::npos; at = json.find(kKey, at + 1)) ++found;
  return found == attachments;
}

void check_value(std::string_view bytes) {
  std::vector<std::string> attachments, again;
  const auto json = msgpack_to_json(bytes, attachments);
  if (!json || check_json(*json, {.max_key = SIZE_MAX}) != JsonFault::none) {
    if (json) std::abort();
    return;
  }
  std::string written;
  append_msgpack(written, *json, attachments);
  if (!has_own_placeholders_only(*json, attachments.size())) return;
  if (msgpack_to_json(written, again) != *json || again != attachments) std::abort();
}

void check_packet(std::string_view bytes) {
  const auto packet = decode_socket_io_msgpack(bytes);
  if (!packet || !decode_socket_io(packet->text)) return;
  const std::string written = encode_socket_io_msgpack(packet->text, packet->attachments);
  if (!has_own_placeholders_only(packet->text, packet->attachments.size())) return;
  const auto again = decode_socket_io_msgpack(written);
  if (!again || again->text != packet->text || again->attachments != packet->attachments) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Memory of its own, so that a read past the message is seen.
  const std::vector<char> copy(data, data + size);
  const std::string_view bytes(copy.data(), copy.size());
  check_value(bytes);
  check_packet(bytes);
  // What is no JSON must do no harm.
  std::string written;
  append_msgpack(written, bytes);
  append_msgpack(written, bytes, std::vector<std::string>{"x"});
  (void)encode_socket_io_msgpack(bytes);
  return 0;
}
