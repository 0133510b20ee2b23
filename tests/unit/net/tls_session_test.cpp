#include "net/tls/tls_session.h"

#include <array>
#include <fstream>
#include <string>
#include <vector>

#include "net/tls/tls_context.h"
#include "support/temp_dir.h"
#include "support/tls.h"

using namespace relay;
using namespace relay::test;

namespace {

struct TlsBench {
  [[nodiscard]] TlsConfig files() const { return {own.cert.string(), own.key.string(), ""}; }
  void load() { REQUIRE(context.load(files())); }

  TempDir directory;
  TestCertificate own{directory.path(), "relay"};
  TlsContext context;
};

std::string common_name(const X509* certificate) {
  char name[64] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
  return name;
}

}  // namespace

TEST_CASE("what a client says over TLS comes out, and what is sent to it arrives") {
  TlsBench bench;
  bench.load();
  const auto session = bench.context.new_session();
  TlsClient client;
  std::string plain;
  CHECK(exchange(client, *session, plain) == TlsSession::State::open);
  CHECK(client.connected());
  CHECK(exchange(client, *session, plain, "hello") == TlsSession::State::open);
  CHECK(plain == "hello");
  const std::string large(300'000, 'x'), record(16 * 1024, 'r');
  for (const std::vector<std::string_view>& pieces :
       std::vector<std::vector<std::string_view>>{{"a"},
                                                  {"a", "", "b"},
                                                  {large},
                                                  {"head", large, "tail"},
                                                  {record},
                                                  {record, record},
                                                  {"a", record, "b"},
                                                  std::vector<std::string_view>(10'000, "small")}) {
    std::string expected;
    for (const std::string_view piece : pieces) expected += piece;
    REQUIRE(session->send(pieces));
    client.got.clear();
    client.step(session->output());
    session->taken();
    CHECK(client.got == expected);
    CHECK(session->output().empty());
  }
}

TEST_CASE("bytes may come one by one, and several records at once") {
  TlsBench bench;
  bench.load();
  const auto session = bench.context.new_session();
  TlsClient client;
  std::string plain;
  const auto slowly = [&](const std::string& bytes) {
    for (const char& byte : bytes) REQUIRE(session->receive({&byte, 1}, plain) == TlsSession::State::open);
    const std::string answer(session->output());
    session->taken();
    return answer;
  };
  std::string out = client.step("");
  for (int i = 0; i < 4 && !out.empty(); ++i) out = client.step(slowly(out));
  CHECK(client.connected());
  std::string records;
  for (int i = 0; i < 100; ++i) records += client.step("", "record " + std::to_string(i) + ";");
  slowly(records.substr(0, 50));
  CHECK(session->receive(std::string_view(records).substr(50), plain) == TlsSession::State::open);
  CHECK(plain.starts_with("record 0;record 1;"));
  CHECK(plain.ends_with("record 98;record 99;"));
}

TEST_CASE("nothing can be sent before the handshake is over") {
  TlsBench bench;
  bench.load();
  const auto session = bench.context.new_session();
  const std::string_view text = "HTTP/1.1 408 Request Timeout\r\n\r\n";
  CHECK_FALSE(session->send({&text, 1}));
  CHECK(session->output().empty());
  session->say_goodbye();
  CHECK(session->output().empty());
}

TEST_CASE("what is no TLS, or has been changed on its way, breaks the session") {
  TlsBench bench;
  bench.load();
  const auto session = bench.context.new_session();
  std::string plain;
  SECTION("HTTP") {
    CHECK(session->receive("GET / HTTP/1.1\r\nHost: x\r\n\r\n", plain) == TlsSession::State::broken);
  }
  SECTION("a flipped bit") {
    TlsClient client;
    CHECK(exchange(client, *session, plain) == TlsSession::State::open);
    std::string record = client.step("", "hello");
    record.back() = static_cast<char>(record.back() ^ 1);
    CHECK(session->receive(record, plain) == TlsSession::State::broken);
    const std::string_view text = "more";
    CHECK_FALSE(session->send({&text, 1}));
  }
  CHECK(plain.empty());
}

TEST_CASE("goodbyes go both ways") {
  TlsBench bench;
  bench.load();
  const auto session = bench.context.new_session();
  TlsClient client;
  std::string plain;
  CHECK(exchange(client, *session, plain) == TlsSession::State::open);
  SECTION("the client's") {
    SSL_shutdown(client.ssl());
    CHECK(session->receive(client.step(""), plain) == TlsSession::State::closed);
  }
  SECTION("the relay's") {
    session->say_goodbye();
    client.step(session->output());
    CHECK(client.goodbye_came());
  }
}

TEST_CASE("old versions, other protocols and renegotiation are refused") {
  TlsBench bench;
  bench.load();
  const auto session = bench.context.new_session();
  TlsClient client;
  std::string plain;
  SECTION("TLS 1.1") {
    SSL_CTX_set_min_proto_version(client.context(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(client.context(), TLS1_1_VERSION);
    SSL_CTX_set_security_level(client.context(), 0);
    CHECK(exchange(client, *session, plain) == TlsSession::State::broken);
    CHECK_FALSE(client.connected());
  }
  SECTION("h2 alone") {
    SSL_CTX_set_alpn_protos(client.context(), reinterpret_cast<const unsigned char*>("\x02h2"), 3);
    CHECK(exchange(client, *session, plain) == TlsSession::State::broken);
  }
  SECTION("h2 or else HTTP/1.1: that") {
    SSL_CTX_set_alpn_protos(client.context(), reinterpret_cast<const unsigned char*>("\x02h2\x08http/1.1"),
                            12);
    CHECK(exchange(client, *session, plain) == TlsSession::State::open);
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(client.ssl(), &chosen, &size);
    CHECK(std::string(reinterpret_cast<const char*>(chosen), size) == "http/1.1");
  }
  SECTION("renegotiation") {
    SSL_CTX_set_max_proto_version(client.context(), TLS1_2_VERSION);
    CHECK(exchange(client, *session, plain) == TlsSession::State::open);
    for (int i = 0; i < 1000; ++i) {
      SSL_renegotiate(client.ssl());
      SSL_do_handshake(client.ssl());
      if (exchange(client, *session, plain) != TlsSession::State::open) break;
      CHECK(session->output().empty());
    }
    CHECK(SSL_num_renegotiations(client.ssl()) <= 1);
    CHECK(plain.empty());
  }
}

TEST_CASE("with a client_ca, clients without a certificate of it are refused") {
  TlsBench bench;
  const TestCertificate known(bench.directory.path(), "known"), unknown(bench.directory.path(), "unknown");
  TlsConfig files = bench.files();
  files.client_ca = known.cert.string();
  REQUIRE(bench.context.load(files));
  const auto session = bench.context.new_session();
  TlsClient client;
  std::string plain;
  const auto show = [&](const TestCertificate& shown) {
    REQUIRE(SSL_CTX_use_certificate_chain_file(client.context(), shown.cert.c_str()) == 1);
    REQUIRE(SSL_CTX_use_PrivateKey_file(client.context(), shown.key.c_str(), SSL_FILETYPE_PEM) == 1);
  };
  SECTION("none") { CHECK(exchange(client, *session, plain) == TlsSession::State::broken); }
  SECTION("another's") {
    show(unknown);
    CHECK(exchange(client, *session, plain) == TlsSession::State::broken);
  }
  SECTION("a right one") {
    show(known);
    CHECK(exchange(client, *session, plain, "") == TlsSession::State::open);
    CHECK(exchange(client, *session, plain, "hello") == TlsSession::State::open);
    CHECK(plain == "hello");
  }
}

TEST_CASE("files that cannot be used are refused, and what was there stays in force") {
  TlsBench bench;
  bench.load();
  const auto code = [&](const std::filesystem::path& cert, const std::filesystem::path& key,
                        const std::string& client_ca = "") {
    const Status loaded = bench.context.load({cert.string(), key.string(), client_ca});
    return loaded ? ""
                  : loaded.error().code + " " +
                        std::filesystem::path(loaded.error().subject).filename().string();
  };
  const std::filesystem::path directory = bench.directory.path(), missing = directory / "missing";
  const TestCertificate expired(directory, "expired", -3600, -60), early(directory, "early", 60, 3600),
      other(directory, "other");
  std::ofstream(directory / "text") << "no PEM\n";
  CHECK(code(missing, bench.own.key) == "tls_certificate missing");
  CHECK(code(directory / "text", bench.own.key) == "tls_certificate text");
  CHECK(code(expired.cert, expired.key) == "tls_certificate expired.pem");
  CHECK(code(early.cert, early.key) == "tls_certificate early.pem");
  CHECK(code(bench.own.cert, missing) == "tls_key missing");
  CHECK(code(bench.own.cert, other.key) == "tls_key other.key");
  CHECK(code(bench.own.cert, bench.own.key, missing.string()) == "tls_client_ca missing");
  chmod(other.key.c_str(), 0604);
  CHECK(code(other.cert, other.key) == "tls_key other.key");
  TlsClient client;
  std::string plain;
  CHECK(exchange(client, *bench.context.new_session(), plain) == TlsSession::State::open);
  CHECK(client.connected());
}

TEST_CASE("new files are for new sessions, and the others go on") {
  TlsBench bench;
  bench.load();
  const auto before = bench.context.new_session();
  TlsClient old_client, new_client;
  std::string plain;
  CHECK(exchange(old_client, *before, plain) == TlsSession::State::open);
  const TestCertificate fresh(bench.directory.path(), "fresh");
  REQUIRE(bench.context.load({fresh.cert.string(), fresh.key.string(), ""}));
  const auto after = bench.context.new_session();
  CHECK(exchange(new_client, *after, plain) == TlsSession::State::open);
  CHECK(common_name(SSL_get0_peer_certificate(new_client.ssl())) == "fresh");
  CHECK(common_name(SSL_get0_peer_certificate(old_client.ssl())) == "relay");
  CHECK(exchange(old_client, *before, plain, "still here") == TlsSession::State::open);
  CHECK(plain == "still here");
}
