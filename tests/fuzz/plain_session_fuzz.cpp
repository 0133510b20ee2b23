// links: seneca_session
#include "session/plain_session.h"

#include "session_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  relay::SessionRequest request;
  relay::test::play<relay::PlainSession>(input, request);
  // The first line as the URL's query, too.
  const std::string first(input.substr(0, input.find('\n')));
  for (const char* name : {"match", "filter", "room", "since", "last"}) {
    request.query = {{name, first}};
    relay::test::play<relay::PlainSession>(input, request);
  }
  request.query.clear();
  for (const char* subprotocol : {"seneca.v1.json", "seneca.v1.zstd"}) {
    request.subprotocol = subprotocol;
    relay::test::play<relay::PlainSession>(input, request);
  }
  return 0;
}
