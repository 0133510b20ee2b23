// links: seneca_codec
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "codec/emission.h"
#include "codec/socket_io.h"
#include "codec/socket_io_msgpack.h"

using namespace relay;

namespace {

constexpr std::array kTypes = {emission_type::kEmit, emission_type::kJoin, emission_type::kLeave,
                               emission_type::kDisconnect};

// What is taken in can be sent: clients are as strict about packets as we are.
void check_emission(const Emission& emission) {
  std::string packet;
  const size_t attachments = emission.attachments.size();
  append_socket_io_event(packet, emission.namespace_, emission.event, emission.args, attachments);
  packet.erase(0, 1);
  const auto read = decode_socket_io(packet);
  if (!read || read->namespace_ != emission.namespace_ || read->attachments != attachments) std::abort();
  if (!decode_socket_io_msgpack(encode_socket_io_msgpack(packet, emission.attachments))) std::abort();
}

}  // namespace

// The first byte chooses the type.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  // Memory of its own, so that a read past the text is seen.
  const std::vector<char> copy(data + 1, data + size);
  const auto emission = parse_emission(kTypes[data[0] % kTypes.size()], {copy.data(), copy.size()});
  if (emission && emission->kind == Emission::Kind::emit) check_emission(*emission);
  return 0;
}
