#include "net/client/connect_error.h"

#include "support/catch.h"

namespace relay {
namespace {

const Url kUrl{"ws", "127.0.0.1", 8000, "", false};

TEST_CASE("a refused connection says how to start the relay") {
  const Error error = connect_error(kUrl, "Unable to connect", 0);
  CHECK(error.code == "unreachable");
  CHECK(error.message ==
        "cannot reach ws://127.0.0.1:8000: connection refused; is the relay running? start it with: "
        "senecactl serve");
}

TEST_CASE("an HTTP answer to the handshake is told apart from silence") {
  CHECK(connect_error(kUrl, "HS: ws upgrade response not 101", 404).message.find("HTTP 404") !=
        std::string::npos);
  CHECK(connect_error(kUrl, "", 403).code == "denied");
  CHECK(connect_error(kUrl, "", 0).message.find("unknown host") != std::string::npos);
  CHECK(connect_error(kUrl, "timed out", 0).message.find("timed out") != std::string::npos);
}

}  // namespace
}  // namespace relay
