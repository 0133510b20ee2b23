#include "net/socket_sorter.h"

#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "net/tls/tls_context.h"
#include "support/catch.h"
#include "support/manual_clock.h"
#include "support/temp_dir.h"
#include "support/tls.h"

using namespace relay;
using namespace relay::test;

namespace {

/// A sorter on a loop of its own, and sockets whose other ends are the test's.
class SorterBench {
 public:
  struct Taken {
    AcceptedSocketRef socket;
    std::string sid;
  };

  SorterBench() { uv_loop_init(&loop); }
  ~SorterBench() {
    sorter.close();
    turn();
    for (const int fd : peers) ::close(fd);
    CHECK(uv_loop_close(&loop) == 0);  // no handle is left
  }

  /// A socket given to the sorter; the peer's end.
  int add(std::unique_ptr<TlsSession> session = nullptr) {
    std::array<int, 2> ends{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    peers.push_back(ends[1]);
    sorter.add(std::make_shared<AcceptedSocket>(ends[0], std::move(session)));
    return ends[1];
  }
  void turn() {
    for (int i = 0; i < 5; ++i) uv_run(&loop, UV_RUN_NOWAIT);
  }
  void pass_ms(int64_t milliseconds) {
    for (int64_t passed = 0; passed < milliseconds; passed += 5) {
      clock.advance_us(5000);
      timers.advance(clock.monotonic_us());
    }
    turn();
  }

  uv_loop_t loop{};
  ManualClock clock;
  TimerWheel timers{clock.monotonic_us()};
  std::vector<Taken> taken;
  std::vector<int> peers;
  SocketSorter sorter{{loop, timers, clock}, [this](const AcceptedSocketRef& socket, std::string_view sid) {
                        taken.push_back({socket, std::string(sid)});
                      }};
};

void say(int fd, std::string_view bytes) {
  REQUIRE(write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
}

/// True when the peer's other end is closed.
bool ended(int fd) {
  char byte = 0;
  return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

const std::string kUpgrade =
    "GET /socket.io/?EIO=4&transport=websocket&sid=Aabc HTTP/1.1\r\nHost: localhost\r\n\r\n";

}  // namespace

TEST_CASE("the sid of an upgrade is found in its first line, and in no other") {
  const auto line = [](std::string_view target) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  };
  CHECK(upgraded_sid(line("/socket.io/?EIO=4&transport=websocket&sid=Aabc")) == "Aabc");
  CHECK(upgraded_sid(line("/socket.io?sid=Aabc&EIO=4&transport=websocket")) == "Aabc");
  CHECK(upgraded_sid(line("/socket.io/?sid=Aabc&transport=websocket")) == "Aabc");
  CHECK(upgraded_sid(line("/socket.io/?transport=websocket&nosid=x&sid=Aabc&t=1")) == "Aabc");
  CHECK(upgraded_sid(line("/socket.io/?transport=websocket&sid=")).empty());

  CHECK(upgraded_sid("").empty());
  CHECK(upgraded_sid("GET /socket.io/?transport=websocket&sid=Aabc").empty());  // has not come whole
  CHECK(upgraded_sid(line("/socket.io/?EIO=4&transport=websocket")).empty());
  CHECK(upgraded_sid(line("/socket.io/?transport=websocket&nosid=Aabc")).empty());
  CHECK(upgraded_sid(line("/socket.io/?EIO=4&transport=polling&sid=Aabc")).empty());
  CHECK(upgraded_sid(line("/ws?transport=websocket&sid=Aabc")).empty());
  CHECK(upgraded_sid("POST /socket.io/?transport=websocket&sid=Aabc HTTP/1.1\r\n\r\n").empty());
  CHECK(upgraded_sid("GET /socket.io/ HTTP/1.1\r\nX: ?transport=websocket&sid=Aabc\r\n\r\n").empty());
}

TEST_CASE("a socket is handed out when its first bytes come, with all of them") {
  SorterBench bench;
  const int peer = bench.add();
  bench.turn();
  CHECK(bench.sorter.size() == 1);
  CHECK(bench.taken.empty());
  say(peer, kUpgrade);
  bench.turn();
  REQUIRE(bench.taken.size() == 1);
  CHECK(bench.taken[0].sid == "Aabc");
  CHECK(bench.sorter.size() == 0);
  std::array<char, 1000> bytes{};
  const ssize_t count = recv(bench.taken[0].socket->fd(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  REQUIRE(count == static_cast<ssize_t>(kUpgrade.size()));
  CHECK(std::string(bytes.data(), kUpgrade.size()) == kUpgrade);
}

TEST_CASE("what is no upgrade, comes in pieces or not at all is handed out without a sid") {
  SorterBench bench;
  say(bench.add(), "POST /api/v1/events HTTP/1.1\r\n\r\n");
  say(bench.add(), kUpgrade.substr(0, 30));
  shutdown(bench.add(), SHUT_WR);
  say(bench.add(),
      "GET /socket.io/?transport=websocket&x=" + std::string(3000, 'x') + "&sid=Aabc HTTP/1.1\r\n\r\n");
  bench.turn();
  REQUIRE(bench.taken.size() == 4);
  for (const auto& each : bench.taken) CHECK(each.sid.empty());
}

TEST_CASE("with TLS the handshake is done, and what the client says then goes along") {
  TempDir directory;
  const TestCertificate own(directory.path(), "relay");
  TlsContext context;
  REQUIRE(context.load({own.cert.string(), own.key.string(), ""}));
  SorterBench bench;
  const int peer = bench.add(context.new_session());
  TlsClient client;
  std::array<char, 16384> bytes{};
  std::string out = client.step("");
  for (int i = 0; i < 4 && !client.connected(); ++i) {
    say(peer, out);
    bench.turn();
    const ssize_t count = recv(peer, bytes.data(), bytes.size(), MSG_DONTWAIT);
    out = client.step({bytes.data(), static_cast<size_t>(std::max<ssize_t>(count, 0))});
  }
  REQUIRE(client.connected());
  CHECK(bench.taken.empty());
  say(peer, out + client.step("", kUpgrade));
  bench.turn();
  REQUIRE(bench.taken.size() == 1);
  CHECK(bench.taken[0].sid == "Aabc");
  CHECK(bench.taken[0].socket->plain == kUpgrade);
  CHECK(bench.taken[0].socket->tls != nullptr);
}

TEST_CASE("who speaks no TLS where it is spoken, or says nothing for 5 s, is closed") {
  TempDir directory;
  const TestCertificate own(directory.path(), "relay");
  TlsContext context;
  REQUIRE(context.load({own.cert.string(), own.key.string(), ""}));
  SorterBench bench;
  const int plain = bench.add(context.new_session());
  const int gone = bench.add(context.new_session());
  const int stalled = bench.add(context.new_session());
  TlsClient client;
  say(plain, kUpgrade);
  say(stalled, client.step("").substr(0, 40));
  shutdown(gone, SHUT_WR);
  bench.turn();
  CHECK(bench.sorter.size() == 1);
  bench.pass_ms(5100);
  CHECK(bench.sorter.size() == 0);
  CHECK(bench.taken.empty());
  CHECK(ended(stalled));
  CHECK(ended(gone));
}

TEST_CASE("many sockets are handed out each once, with the sid of its own") {
  SorterBench bench;
  std::vector<int> peers;
  for (int i = 0; i < 50; ++i) peers.push_back(bench.add());
  for (int i = 0; i < 50; ++i)
    say(peers[static_cast<size_t>(i)],
        "GET /socket.io/?transport=websocket&sid=A" + std::to_string(i) + " HTTP/1.1\r\n\r\n");
  bench.turn();
  REQUIRE(bench.taken.size() == 50);
  std::vector<bool> seen(50);
  for (const auto& each : bench.taken) seen[static_cast<size_t>(std::stoi(each.sid.substr(1)))] = true;
  CHECK(std::count(seen.begin(), seen.end(), true) == 50);
}

TEST_CASE("who says nothing for 5 s is closed, who has said something is left alone") {
  SorterBench bench;
  const int silent = bench.add();
  const int talking = bench.add();
  bench.pass_ms(4900);
  CHECK_FALSE(ended(silent));
  say(talking, kUpgrade);
  bench.turn();
  bench.pass_ms(200);
  CHECK(ended(silent));
  CHECK_FALSE(ended(talking));
  CHECK(bench.taken.size() == 1);
  CHECK(bench.sorter.size() == 0);
}

TEST_CASE("a sorter that closes closes what waits") {
  SorterBench bench;
  const int first = bench.add(), second = bench.add();
  bench.sorter.close();
  CHECK(ended(first));
  CHECK(ended(second));
  CHECK(bench.sorter.size() == 0);
  say(bench.add(), kUpgrade);
  bench.turn();
  CHECK(bench.taken.size() == 1);  // and can go on
}
