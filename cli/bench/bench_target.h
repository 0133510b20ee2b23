#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "base/result.h"
#include "net/client/url.h"

namespace relay {

enum class BenchProtocol { ws, socketio, sse, http, nats };

/// "ws", "socketio" …
[[nodiscard]] const char* name_of(BenchProtocol protocol);

/// The server under test: its resolved address, and the paths and names by which it takes subscribers and
/// publishers. Made once a run; what follows from it for every handshake is computed once.
class BenchTarget {
 public:
  struct Paths {
    std::string subscribe;  ///< "": the relay's own for the protocol
    std::string publish;
    std::string event;   ///< what a Socket.IO publisher emits
    std::string stream;  ///< of JetStream, which a NATS publisher waits for; "": for the server's PONG
  };

  /// Resolves the host. Errors: `unreachable`, `bad_url` for TLS.
  [[nodiscard]] static Result<BenchTarget> make(const Url& url, BenchProtocol protocol, Paths paths);

  [[nodiscard]] BenchProtocol protocol() const { return protocol_; }
  [[nodiscard]] int family() const { return address_.ss_family; }
  [[nodiscard]] const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&address_); }
  [[nodiscard]] socklen_t address_size() const { return address_size_; }

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] const std::string& authority() const { return authority_; }
  /// A header with its line break in front, "" without a token.
  [[nodiscard]] const std::string& authorization() const { return authorization_; }
  /// With the URL's prefix.
  [[nodiscard]] const std::string& subscribe_path() const { return paths_.subscribe; }
  [[nodiscard]] const std::string& publish_path() const { return paths_.publish; }
  [[nodiscard]] const std::string& event() const { return paths_.event; }
  [[nodiscard]] const std::string& stream() const { return paths_.stream; }
  /// A request that asks to speak WebSocket at `path`, and what the server must answer.
  [[nodiscard]] std::string upgrade_request(const std::string& path) const;
  [[nodiscard]] const std::string& accept_key() const { return accept_key_; }

 private:
  BenchTarget() = default;

  BenchProtocol protocol_ = BenchProtocol::ws;
  Paths paths_;
  std::string url_;
  std::string authority_;
  std::string authorization_;
  std::string key_;
  std::string accept_key_;
  sockaddr_storage address_{};
  socklen_t address_size_ = 0;
};

}  // namespace relay
