#include "net/handshake.h"

#include "support/catch.h"

using namespace relay;

namespace {

HttpRequestHead head_with(std::vector<std::pair<std::string, std::string>> headers) {
  HttpRequestHead head;
  head.method = "GET";
  head.headers = std::move(headers);
  return head;
}

HttpRequestHead websocket_head(std::vector<std::pair<std::string, std::string>> more) {
  HttpRequestHead head = head_with({{"upgrade", "websocket"},
                                    {"connection", "keep-alive"},
                                    {"connection", "Upgrade"},
                                    {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="},
                                    {"sec-websocket-version", "13"}});
  head.version = "HTTP/1.1";
  head.headers.insert(head.headers.end(), more.begin(), more.end());
  return head;
}

HttpRequestHead engine_io(std::vector<std::pair<std::string, std::string>> query, bool upgrade = true) {
  HttpRequestHead head = head_with({});
  if (upgrade) head.headers.emplace_back("upgrade", "websocket");
  head.query = std::move(query);
  return head;
}

}  // namespace

TEST_CASE("pages of our own origin and of listed ones may connect, others may not") {
  CHECK(origin_allowed(head_with({{"host", "h"}}), {}));
  CHECK(origin_allowed(head_with({{"host", "h:8000"}, {"origin", "http://h:8000"}}), {}));
  CHECK_FALSE(origin_allowed(head_with({{"host", "h:8000"}, {"origin", "http://h"}}), {}));
  CHECK(origin_allowed(head_with({{"host", "h"}, {"origin", "http://a"}}), {"http://a"}));
  CHECK_FALSE(origin_allowed(head_with({{"host", "h"}, {"origin", "http://a.b"}}), {"http://a"}));
  CHECK_FALSE(origin_allowed(head_with({{"host", "h"}, {"origin", "null"}}), {"http://a"}));
  CHECK(origin_allowed(head_with({{"host", "h"}, {"origin", "null"}}), {"*"}));
}

TEST_CASE("Engine.IO's errors come in the reference server's order") {
  const auto message = [](const HttpRequestHead& head) {
    const auto refused = refuse_engine_io(head);
    return refused ? refused->body : "";
  };
  CHECK(message(engine_io({})) == "Transport unknown");
  CHECK(message(engine_io({{"transport", "telegraph"}, {"sid", "x"}})) == "Transport unknown");
  HttpRequestHead post = engine_io({{"transport", "websocket"}, {"EIO", "4"}});
  post.method = "POST";
  CHECK(message(post) == "Bad handshake method");
  CHECK(message(engine_io({{"transport", "websocket"}, {"EIO", "4"}}, false)) ==
        R"({"code":3,"message":"Bad request"})");
  CHECK(message(engine_io({{"transport", "websocket"}, {"EIO", "3"}})) == "Unsupported protocol version");
  CHECK(message(engine_io({{"transport", "polling"}, {"EIO", "4"}})) == "Bad request");
  CHECK(message(engine_io({{"transport", "websocket"}, {"EIO", "4"}})).empty());
  CHECK(message(engine_io({{"transport", "polling"}, {"EIO", "4"}}, false)).empty());
  // Of a sid only its shard can tell whether it is known.
  CHECK(message(engine_io({{"transport", "websocket"}, {"sid", "x"}})).empty());
}

TEST_CASE("our subprotocol is taken where it is offered") {
  HttpRequestHead head =
      websocket_head({{"sec-websocket-protocol", "other"}, {"sec-websocket-protocol", "seneca.v1.json"}});
  const auto plain = check_websocket_request(head, plain_subprotocols({}), true);
  REQUIRE(plain);
  CHECK(plain->subprotocol == "seneca.v1.json");
  CHECK(plain->accept_key == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  const auto without = check_websocket_request(head, {}, true);
  REQUIRE(without);
  CHECK(without->subprotocol.empty());
}

TEST_CASE("permessage-deflate is agreed on where it is offered, allowed and of use") {
  const std::string agreed = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  const auto extensions = [](std::vector<std::pair<std::string, std::string>> more, bool deflates = true) {
    const auto accepted =
        check_websocket_request(websocket_head(std::move(more)), plain_subprotocols({}), deflates);
    REQUIRE(accepted);
    return accepted->extensions;
  };
  const std::pair<std::string, std::string> offer = {"sec-websocket-extensions", "permessage-deflate"};
  CHECK(extensions({}).empty());
  CHECK(extensions({offer}) == agreed);
  CHECK(extensions({offer}, false).empty());
  CHECK(extensions({{"sec-websocket-extensions", "x-other; a=1"}, offer}) == agreed);
  CHECK(extensions({{"sec-websocket-extensions", "x-other;"}, offer}).empty());
  CHECK(extensions({offer, {"sec-websocket-protocol", "seneca.v1.json"}}) == agreed);
  CHECK(extensions({offer, {"sec-websocket-protocol", "seneca.v1.zstd"}}).empty());
}
