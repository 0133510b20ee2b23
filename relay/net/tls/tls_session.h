#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace relay {

/// The server's end of one TLS connection, without a socket: what comes from the peer goes in, what is for
/// the peer comes out. One thread at a time.
class TlsSession {
 public:
  /// Null when there is no memory.
  [[nodiscard]] static std::unique_ptr<TlsSession> accept(ssl_ctx_st* context);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  enum class State { open, closed, broken };
  /// Takes what came from the peer, and appends what it says to `plain`. `closed`: it says no more; `broken`:
  /// it is not TLS, or has been tampered with. There may be output in any case.
  [[nodiscard]] State receive(std::string_view bytes, std::string& plain);
  /// Adds `pieces` to the output. False: it cannot be sent, as the handshake is not over or the peer broke
  /// it.
  [[nodiscard]] bool send(std::span<const std::string_view> pieces);
  /// Adds the goodbye to the output.
  void say_goodbye();

  /// What is for the peer, and not `taken` yet.
  [[nodiscard]] std::string_view output() const;
  void taken();

 private:
  explicit TlsSession(ssl_st* ssl) : ssl_(ssl) {}
  [[nodiscard]] bool encrypt(std::string_view bytes);

  ssl_st* const ssl_;
};

}  // namespace relay
