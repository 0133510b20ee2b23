#pragma once

#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include "net/peer.h"
#include "net/tls/tls_session.h"

namespace relay {

/// A connected socket on its way to its connection, closed if it never gets there. One thread at a time.
class AcceptedSocket {
 public:
  explicit AcceptedSocket(int fd, std::unique_ptr<TlsSession> session = nullptr)
      : tls(std::move(session)), peer(peer_of(fd)), fd_(fd) {
    peer.encrypted = tls != nullptr;
  }
  ~AcceptedSocket() {
    if (fd_ >= 0) ::close(fd_);
  }
  AcceptedSocket(const AcceptedSocket&) = delete;
  AcceptedSocket& operator=(const AcceptedSocket&) = delete;

  [[nodiscard]] int fd() const { return fd_; }
  /// It is the caller's to close from now on.
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

  std::unique_ptr<TlsSession> tls;  ///< null: it is not encrypted
  Peer peer;
  std::string plain;  ///< what has been read of it already; with TLS only

 private:
  int fd_;
};

using AcceptedSocketRef = std::shared_ptr<AcceptedSocket>;

}  // namespace relay
