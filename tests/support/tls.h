#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "net/tls/tls_session.h"
#include "support/catch.h"

namespace relay::test {

/// A certificate that signs itself, and its key, in files.
struct TestCertificate {
  std::filesystem::path cert, key;

  /// Valid from `from_s` to `to_s`, seconds from now.
  TestCertificate(const std::filesystem::path& directory, const std::string& name, long from_s = -60,
                  long to_s = 3600)
      : cert(directory / (name + ".pem")), key(directory / (name + ".key")) {
    EVP_PKEY* const pair = EVP_EC_gen("P-256");
    X509* const x509 = X509_new();
    REQUIRE((pair != nullptr && x509 != nullptr));
    X509_set_version(x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), from_s);
    X509_gmtime_adj(X509_getm_notAfter(x509), to_s);
    X509_set_pubkey(x509, pair);
    X509_NAME* const subject = X509_get_subject_name(x509);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(x509, subject);
    X509_EXTENSION* const ca = X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "CA:TRUE");
    X509_add_ext(x509, ca, -1);
    X509_EXTENSION_free(ca);
    REQUIRE(X509_sign(x509, pair, EVP_sha256()) != 0);
    write(cert, [&](FILE* file) { return PEM_write_X509(file, x509); });
    write(key, [&](FILE* file) {
      return PEM_write_PrivateKey(file, pair, nullptr, nullptr, 0, nullptr, nullptr);
    });
    chmod(key.c_str(), 0600);
    X509_free(x509);
    EVP_PKEY_free(pair);
  }

 private:
  template <class Write>
  static void write(const std::filesystem::path& path, Write into) {
    FILE* const file = std::fopen(path.c_str(), "w");
    REQUIRE(file != nullptr);
    REQUIRE(into(file) == 1);
    std::fclose(file);
  }
};

/// The client's end, without a socket.
class TlsClient {
 public:
  TlsClient() : context_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free) {}
  ~TlsClient() { SSL_free(ssl_); }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  /// To be set up before the first step.
  [[nodiscard]] SSL_CTX* context() { return context_.get(); }
  [[nodiscard]] SSL* ssl() {
    if (ssl_ == nullptr) {
      ssl_ = SSL_new(context_.get());
      SSL_set_connect_state(ssl_);
      SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    }
    return ssl_;
  }
  /// Takes what came and what is to be said; returns what goes out. What was read is added to `got`.
  std::string step(std::string_view bytes, std::string_view say = "") {
    BIO_write(SSL_get_rbio(ssl()), bytes.data(), static_cast<int>(bytes.size()));
    char buffer[16384];
    for (int count; (count = SSL_read(ssl_, buffer, sizeof buffer)) > 0;)
      got.append(buffer, static_cast<size_t>(count));
    if (!say.empty()) REQUIRE(SSL_write(ssl_, say.data(), static_cast<int>(say.size())) > 0);
    char* data = nullptr;
    const long size = BIO_get_mem_data(SSL_get_wbio(ssl_), &data);
    const std::string out(data, static_cast<size_t>(size));
    (void)BIO_reset(SSL_get_wbio(ssl_));
    return out;
  }
  [[nodiscard]] bool connected() const { return ssl_ != nullptr && SSL_is_init_finished(ssl_) != 0; }
  [[nodiscard]] bool goodbye_came() const { return (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0; }

  std::string got;

 private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  SSL* ssl_ = nullptr;
};

/// Hands bytes to and fro until neither has more to say. What the server got is added to `plain`.
inline TlsSession::State exchange(TlsClient& client, TlsSession& server, std::string& plain,
                                  std::string_view say = "") {
  TlsSession::State state = TlsSession::State::open;
  for (std::string out = client.step("", say); state == TlsSession::State::open;) {
    state = server.receive(out, plain);
    const std::string answer(server.output());
    server.taken();
    out = client.step(answer);
    if (out.empty() && answer.empty()) break;
  }
  return state;
}

}  // namespace relay::test
