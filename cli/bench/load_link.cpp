#include "cli/bench/load_link.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace relay {
namespace {

std::string explain(int error) {
  if (error == ECONNREFUSED) return "connection refused";
  if (error == EADDRNOTAVAIL) return "no local port is left";
  if (error == EMFILE || error == ENFILE) return "no descriptor is left";
  if (error == ECONNRESET) return "connection reset";
  return std::strerror(error);
}

}  // namespace

LoadLink::LoadLink(LoadLoop& loop, const BenchTarget& target, LinkOwner& owner)
    : loop_(loop), target_(target), owner_(owner) {}

// With a reset: no TIME_WAIT stays behind that would use up the ports of the next run.
LoadLink::~LoadLink() {
  if (fd_ < 0) return;
  const linger reset{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  ::close(fd_);
}

void LoadLink::connect() {
  started_ns_ = loop_.now_ns();
  fd_ = ::socket(target_.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return close(explain(errno));
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(fd_, target_.address(), target_.address_size()) != 0 && errno != EINPROGRESS)
    return close(explain(errno));
  state_ = State::connecting;
  wants_write_ = true;
  loop_.watch(fd_, *this, true);
}

void LoadLink::close(std::string_view reason) {
  if (state_ == State::closed) return;
  state_ = State::closed;
  reason_ = reason;
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void LoadLink::on_events(uint32_t epoll_events) {
  if (state_ == State::connecting) return finish_connect();
  if (fd_ >= 0 && (epoll_events & EPOLLOUT) != 0) flush();
  if (fd_ >= 0 && (epoll_events & ~static_cast<uint32_t>(EPOLLOUT)) != 0) read();
}

void LoadLink::finish_connect() {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return close(explain(error));
  state_ = State::opening;
  want_write(false);
  greet();
}

void LoadLink::read() {
  std::vector<char>& buffer = loop_.buffer();
  const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), counting_ ? MSG_TRUNC : 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size < 0) return close(explain(errno));
  if (size == 0) return close("the server closed the connection");
  received_bytes_ += static_cast<uint64_t>(size);
  if (!counting_) take(std::string_view(buffer.data(), static_cast<size_t>(size)));
}

void LoadLink::send(std::string_view bytes) {
  if (fd_ < 0) return;
  if (unsent_bytes() == 0) {
    const ssize_t size = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size < 0 && errno != EAGAIN) return close(explain(errno));
    if (size > 0) bytes.remove_prefix(static_cast<size_t>(size));
    if (bytes.empty()) return;
  }
  unsent_ += bytes;
  want_write(true);
}

void LoadLink::flush() {
  const ssize_t size = ::send(fd_, unsent_.data() + sent_, unsent_bytes(), MSG_NOSIGNAL);
  if (size < 0 && errno != EAGAIN) return close(explain(errno));
  if (size > 0) sent_ += static_cast<size_t>(size);
  if (unsent_bytes() > 0) return;
  unsent_.clear();
  sent_ = 0;
  want_write(false);
}

void LoadLink::want_write(bool wanted) {
  if (wants_write_ == wanted) return;
  wants_write_ = wanted;
  loop_.change(fd_, *this, wanted);
}

void LoadLink::become_ready() {
  state_ = State::ready;
  ready_ns_ = loop_.now_ns();
}

void LoadLink::refuse_http(int status, std::string_view reason) {
  http_status_ = status;
  close(reason);
}

}  // namespace relay
