#include "net/tls/tls_session.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <climits>

namespace relay {
namespace {

constexpr size_t kRecord = 16 * 1024;      // as much as a TLS record can have
constexpr size_t kKeptOutput = 32 * 1024;  // larger buffers are given back once they are empty

BIO* new_output() { return BIO_new(BIO_s_mem()); }

}  // namespace

std::unique_ptr<TlsSession> TlsSession::accept(ssl_ctx_st* context) {
  SSL* const ssl = SSL_new(context);
  if (ssl == nullptr) return nullptr;
  SSL_set_accept_state(ssl);
  std::unique_ptr<TlsSession> session(new TlsSession(ssl));
  BIO* const input = BIO_new(BIO_s_mem());
  BIO* const output = new_output();
  SSL_set_bio(ssl, input, output);
  return input == nullptr || output == nullptr ? nullptr : std::move(session);
}

TlsSession::~TlsSession() { SSL_free(ssl_); }

TlsSession::State TlsSession::receive(std::string_view bytes, std::string& plain) {
  if (bytes.empty()) return State::open;
  // Read from where they are; OpenSSL keeps what is not a whole record.
  BIO* const input = BIO_new_mem_buf(bytes.data(), static_cast<int>(std::min<size_t>(bytes.size(), INT_MAX)));
  if (input == nullptr) return State::broken;
  BIO_set_mem_eof_return(input, -1);
  SSL_set0_rbio(ssl_, input);
  std::array<char, kRecord> record;
  for (;;) {
    ERR_clear_error();
    const int count = SSL_read(ssl_, record.data(), record.size());
    if (count > 0) {
      plain.append(record.data(), static_cast<size_t>(count));
      continue;
    }
    switch (SSL_get_error(ssl_, count)) {
      case SSL_ERROR_WANT_READ:
        return State::open;
      case SSL_ERROR_ZERO_RETURN:
        return State::closed;
      default:
        return State::broken;
    }
  }
}

bool TlsSession::encrypt(std::string_view bytes) {
  ERR_clear_error();
  return bytes.empty() || SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) > 0;
}

// A record for each piece would cost more than copying small ones together.
bool TlsSession::send(std::span<const std::string_view> pieces) {
  if (SSL_is_init_finished(ssl_) == 0) return false;
  std::array<char, kRecord> record;
  size_t size = 0;
  for (std::string_view piece : pieces) {
    while (!piece.empty()) {
      if (size == 0 && piece.size() >= kRecord) {
        const size_t whole = std::min<size_t>(piece.size() - piece.size() % kRecord, kRecord * 1024);
        if (!encrypt(piece.substr(0, whole))) return false;
        piece.remove_prefix(whole);
        continue;
      }
      const size_t part = std::min(piece.size(), kRecord - size);
      std::copy_n(piece.data(), part, record.data() + size);
      size += part;
      piece.remove_prefix(part);
      if (size < kRecord) continue;
      if (!encrypt({record.data(), size})) return false;
      size = 0;
    }
  }
  return encrypt({record.data(), size});
}

void TlsSession::say_goodbye() {
  ERR_clear_error();
  if (SSL_is_init_finished(ssl_) != 0) (void)SSL_shutdown(ssl_);
}

std::string_view TlsSession::output() const {
  char* data = nullptr;
  const long size = BIO_get_mem_data(SSL_get_wbio(ssl_), &data);
  return {data, size > 0 ? static_cast<size_t>(size) : 0};
}

void TlsSession::taken() {
  BIO* const output = SSL_get_wbio(ssl_);
  BUF_MEM* memory = nullptr;
  BIO_get_mem_ptr(output, &memory);
  BIO* const fresh = memory->max > kKeptOutput ? new_output() : nullptr;
  if (fresh != nullptr)
    SSL_set0_wbio(ssl_, fresh);
  else
    (void)BIO_reset(output);
}

}  // namespace relay
