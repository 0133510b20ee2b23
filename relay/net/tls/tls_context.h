#pragma once

#include <memory>
#include <mutex>

#include "base/result.h"
#include "config/config.h"
#include "net/tls/tls_session.h"

struct ssl_ctx_st;

namespace relay {

/// The relay's certificate and key, and whose clients it lets in. `load` replaces all of it at once; sessions
/// keep what they began with. TLS 1.2 and 1.3, ciphers with forward secrecy, HTTP/1.1 only, no renegotiation.
class TlsContext {
 public:
  /// [control] Reads the files. On error all stays as it was. Codes `tls_certificate`, `tls_key`,
  /// `tls_client_ca`: the file cannot be read, has expired, others may read the key, or they do not belong
  /// together.
  [[nodiscard]] Status load(const TlsConfig& files);
  /// [any-thread] For one accepted connection; null when OpenSSL has no memory. After a `load`.
  [[nodiscard]] std::unique_ptr<TlsSession> new_session() const;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<ssl_ctx_st> context_;
};

}  // namespace relay
