#include "net/client_address.h"

#include <string>
#include <vector>

#include "support/catch.h"
#include "support/connection_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

const std::vector<std::string> kProxies = {"10.0.0.0/8", "fd00::/8"};

Peer peer(std::string_view host, bool encrypted = false) {
  const auto ip = IpAddress::parse(host);
  return {ip->to_string(50000), ip, encrypted};
}

HttpRequestHead head_with(const std::vector<std::string>& lines) {
  HttpRequestHead head;
  for (const std::string& line : lines) head.headers.emplace_back("x-forwarded-for", line);
  return head;
}

/// The client's address as the proxy 10.0.0.1 tells it.
std::string told(const std::vector<std::string>& lines) {
  return origin_of(head_with(lines), peer("10.0.0.1"), AddressRanges::of(kProxies)).address;
}

std::string forwarded_get(std::string_view target, std::string_view forwarded, std::string_view more = "") {
  return "GET " + std::string(target) +
         " HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: " + std::string(forwarded) + "\r\n" +
         std::string(more) + "\r\n";
}

ConnectionBench& trusting(ConnectionBench& bench) {
  bench.trusted = AddressRanges::of({"127.0.0.1"});
  return bench;
}

}  // namespace

TEST_CASE("behind a trusted proxy the client is the nearest address that is not trusted") {
  CHECK(told({"192.0.2.1"}) == "192.0.2.1");
  CHECK(told({"198.51.100.7, 192.0.2.1"}) == "192.0.2.1");
  CHECK(told({"198.51.100.7, 192.0.2.1, 10.0.0.2,10.9.9.9"}) == "192.0.2.1");
  CHECK(told({"198.51.100.7", "192.0.2.1", "10.0.0.2"}) == "192.0.2.1");  // several headers are one list
  CHECK(told({"2001:db8::1, fd00::1"}) == "2001:db8::1");
}

TEST_CASE("when every address is trusted the client is the leftmost") {
  CHECK(told({"10.0.0.3, 10.0.0.2"}) == "10.0.0.3");
  CHECK(told({"::ffff:10.0.0.3"}) == "10.0.0.3");
}

TEST_CASE("a port that a proxy adds is left out") {
  CHECK(told({"192.0.2.1:51234"}) == "192.0.2.1");
  CHECK(told({"[2001:db8::1]:51234"}) == "2001:db8::1");
  CHECK(told({"[2001:db8::1]"}) == "2001:db8::1");
}

TEST_CASE("what is no address ends the walk at the last one that is") {
  CHECK(told({"192.0.2.1, unknown, 10.0.0.2"}) == "10.0.0.2");
  CHECK(told({"192.0.2.1, 10.0.0.2:port"}) == "10.0.0.1:50000");
  for (const char* nothing :
       {"", ",", "192.0.2.1,", "192.0.2.1, ", "unknown", "_hidden", "\"192.0.2.1\"", "192.0.2.1;proto=https",
        "for=192.0.2.1", "192.0.2", "192.0.2.1:", "192.0.2.1:123456", "[192.0.2.1]", "[2001:db8::1",
        "2001:db8::1]", "[2001:db8::1]x", "[]:80", "192.0.2.1 198.51.100.1", "192.0.2.1/32"}) {
    INFO(nothing);
    CHECK(told({nothing}) == "10.0.0.1:50000");
  }
}

TEST_CASE("nobody but a trusted proxy is believed") {
  const AddressRanges trusted = AddressRanges::of(kProxies);
  HttpRequestHead head = head_with({"192.0.2.1"});
  head.headers.emplace_back("x-forwarded-proto", "https");
  for (const char* other : {"192.0.2.9", "127.0.0.1", "2001:db8::9"}) {
    const RequestOrigin origin = origin_of(head, peer(other), trusted);
    CHECK(host_of_endpoint(origin.address) == other);
    CHECK_FALSE(origin.secure);
  }
  CHECK(origin_of(head, Peer(), trusted).address == "unknown");
  CHECK(origin_of(head, peer("10.0.0.1"), AddressRanges()).address == "10.0.0.1:50000");
}

TEST_CASE("whether the client speaks TLS is what its proxy says, else what the connection is") {
  const AddressRanges trusted = AddressRanges::of(kProxies);
  const auto secure = [&trusted](std::string_view proto, bool encrypted) {
    HttpRequestHead head;
    if (!proto.empty()) head.headers.emplace_back("x-forwarded-proto", proto);
    return origin_of(head, peer("10.0.0.1", encrypted), trusted).secure;
  };
  CHECK(secure("https", false));
  CHECK(secure("HTTPS", false));
  CHECK(secure("http, https", false));
  CHECK_FALSE(secure("https, http", true));
  CHECK_FALSE(secure("http", true));
  CHECK_FALSE(secure("httpsx", false));
  CHECK_FALSE(secure("", false));
  CHECK(secure("", true));
}

TEST_CASE("requests of several clients on a proxy's one connection have each their own address") {
  ConnectionBench bench;
  trusting(bench);
  const auto opened_by = [&bench](std::string_view forwarded) {
    bench.polls.clear();
    bench.receive(forwarded_get("/socket.io/?EIO=4&transport=polling", forwarded));
    REQUIRE(bench.polls.size() == 1);
    bench.connection.on_answer(HttpResponse());
    bench.turn();
    return bench.polls[0].session.address;
  };
  CHECK(opened_by("192.0.2.1") == "192.0.2.1");
  CHECK(opened_by("192.0.2.2") == "192.0.2.2");
  CHECK(opened_by("nobody") == "127.0.0.1:50000");
  bench.trusted = AddressRanges();  // a reload
  CHECK(opened_by("192.0.2.1") == "127.0.0.1:50000");
}

TEST_CASE("a WebSocket's session has the address of the client behind the proxy") {
  ConnectionBench bench;
  trusting(bench);
  bench.receive(upgrade_request("/ws", "X-Forwarded-For: 192.0.2.1\r\n"));
  REQUIRE(bench.connection.session() != nullptr);
  CHECK(bench.connection.session()->info().address == "192.0.2.1");
}
