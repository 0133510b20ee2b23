// links: seneca_session
#include "session/socket_io_session.h"

#include "codec/socket_io_msgpack.h"

#include "session_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  // Most of what can go wrong lies behind a CONNECT.
  relay::test::play<relay::SocketIoSession>("40\n" + std::string(input), {});
  relay::test::play<relay::SocketIoSession>(
      "!b" + relay::encode_socket_io_msgpack("0") + "\n" + std::string(input), {});
  relay::test::play<relay::SocketIoSession>(input, {});
  return 0;
}
