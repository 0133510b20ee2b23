#include "net/tls/tls_context.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <string>
#include <string_view>
#include <utility>

namespace relay {
namespace {

constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

// OpenSSL's reason, the newest first.
std::string why() {
  std::string text;
  for (unsigned long code = ERR_get_error(); code != 0; code = ERR_get_error()) {
    const char* const reason = ERR_reason_error_string(code);
    text = reason == nullptr ? "OpenSSL error " + std::to_string(code) : reason;
  }
  return text.empty() ? "OpenSSL gives no reason" : text;
}

// The one protocol that is spoken here; a client that offers others only gets none, and may go on without.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  static constexpr std::string_view kHttp = "\x08http/1.1";
  const auto* const ours = reinterpret_cast<const unsigned char*>(kHttp.data());
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, size, ours, kHttp.size(), offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

Status use_certificate(SSL_CTX* context, const std::string& file) {
  if (SSL_CTX_use_certificate_chain_file(context, file.c_str()) != 1)
    return fail("tls_certificate", file,
                "is no certificate chain in PEM form that can be read (" + why() + ")");
  const X509* const leaf = SSL_CTX_get0_certificate(context);
  if (X509_cmp_current_time(X509_get0_notAfter(leaf)) <= 0)
    return fail("tls_certificate", file, "has expired; get a new one");
  if (X509_cmp_current_time(X509_get0_notBefore(leaf)) > 0)
    return fail("tls_certificate", file, "is not valid yet; is this machine's clock right?");
  return {};
}

Status use_key(SSL_CTX* context, const std::string& file, const std::string& certificate) {
  struct stat state {};
  if (::stat(file.c_str(), &state) == 0 && (state.st_mode & S_IRWXO) != 0)
    return fail("tls_key", file, "may be read by everybody on this machine; take that away (chmod o= FILE)");
  if (SSL_CTX_use_PrivateKey_file(context, file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1)
    return fail("tls_key", file, "is not the key of " + certificate + " in PEM form (" + why() + ")");
  return {};
}

Status use_client_ca(SSL_CTX* context, const std::string& file) {
  STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(file.c_str());
  if (names == nullptr || SSL_CTX_load_verify_locations(context, file.c_str(), nullptr) != 1)
    return fail("tls_client_ca", file, "has no certificates in PEM form that can be read (" + why() + ")");
  SSL_CTX_set_client_CA_list(context, names);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  // A session that is resumed shows no certificate again: it belongs to those who were checked here.
  static constexpr std::string_view kSessions = "seneca";
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(kSessions.data()),
                                 kSessions.size());
  return {};
}

}  // namespace

Status TlsContext::load(const TlsConfig& files) {
  const std::shared_ptr<SSL_CTX> fresh(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  if (fresh == nullptr) return fail("tls_certificate", files.cert, why());
  SSL_CTX* const context = fresh.get();
  ERR_clear_error();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, kCiphers);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // An idle connection keeps no buffers.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(context, &choose_protocol, nullptr);
  if (Status used = use_certificate(context, files.cert); !used) return used;
  if (Status used = use_key(context, files.key, files.cert); !used) return used;
  if (!files.client_ca.empty())
    if (Status used = use_client_ca(context, files.client_ca); !used) return used;
  const std::lock_guard lock(mutex_);
  context_ = fresh;
  return {};
}

std::unique_ptr<TlsSession> TlsContext::new_session() const {
  std::shared_ptr<SSL_CTX> context;
  {
    const std::lock_guard lock(mutex_);
    context = context_;
  }
  return TlsSession::accept(context.get());
}

}  // namespace relay
