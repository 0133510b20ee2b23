#include "net/socket_sorter.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "session/member_timer.h"

namespace relay {
namespace {

constexpr size_t kLookBytes = 2048, kNegotiatedBytes = 16 * 1024;

}  // namespace

// The handle is freed by libuv's close callback, whatever becomes of the socket.
struct SocketSorter::Waiting {
  Waiting(SocketSorter& owner_, AcceptedSocketRef socket_)
      : owner(owner_), socket(std::move(socket_)), fd(socket->fd()) {}
  void on_patience_over(int64_t) { owner.give_up(fd); }

  SocketSorter& owner;
  const AcceptedSocketRef socket;
  const int fd;
  uv_poll_t* poll = nullptr;
  MemberTimer<Waiting> patience{*this, &Waiting::on_patience_over};
};

std::string_view upgraded_sid(std::string_view bytes) {
  constexpr std::string_view kSid = "sid=";
  const std::string_view line = bytes.substr(0, bytes.find("\r\n"));
  if (line.size() == bytes.size()) return {};
  if (!line.starts_with("GET /socket.io") && !line.starts_with("GET /engine.io")) return {};
  if (line.find("transport=websocket") == std::string_view::npos) return {};
  size_t at = line.find(kSid);
  while (at != std::string_view::npos && line[at - 1] != '?' && line[at - 1] != '&')
    at = line.find(kSid, at + 1);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = line.substr(at + kSid.size());
  return rest.substr(0, rest.find_first_of("& "));
}

SocketSorter::SocketSorter(const Surroundings& surroundings, Take take)
    : around_(surroundings), take_(std::move(take)) {}

SocketSorter::~SocketSorter() = default;

void SocketSorter::add(AcceptedSocketRef socket) {
  const int fd = socket->fd();
  auto waiting = std::make_unique<Waiting>(*this, std::move(socket));
  waiting->poll = new uv_poll_t;
  waiting->poll->data = waiting.get();
  uv_poll_init(&around_.loop, waiting->poll, fd);
  uv_poll_start(waiting->poll, UV_READABLE | UV_DISCONNECT, [](uv_poll_t* handle, int, int) {
    const auto* const ready = static_cast<const Waiting*>(handle->data);
    ready->owner.look(ready->fd);
  });
  around_.timers.arm(waiting->patience, around_.clock.monotonic_us() + kPatienceUs);
  waiting_.emplace(fd, std::move(waiting));
}

void SocketSorter::look(int fd) {
  if (waiting_.at(fd)->socket->tls != nullptr) return negotiate(fd);
  const AcceptedSocketRef socket = forget(fd);
  std::array<char, kLookBytes> bytes;
  const ssize_t count = recv(fd, bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
  const std::string_view seen(bytes.data(), static_cast<size_t>(std::max<ssize_t>(count, 0)));
  take_(socket, upgraded_sid(seen));
}

// Until the client says something.
void SocketSorter::negotiate(int fd) {
  AcceptedSocket& socket = *waiting_.at(fd)->socket;
  std::array<char, kNegotiatedBytes> bytes;
  const ssize_t count = recv(fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  const auto state =
      socket.tls->receive({bytes.data(), static_cast<size_t>(std::max<ssize_t>(count, 0))}, socket.plain);
  const std::string_view output = socket.tls->output();
  // A socket that is this young has room for all of a handshake.
  const bool sent = output.empty() || send(fd, output.data(), output.size(), MSG_DONTWAIT | MSG_NOSIGNAL) ==
                                          static_cast<ssize_t>(output.size());
  socket.tls->taken();
  if (count <= 0 || !sent || state != TlsSession::State::open) return give_up(fd);
  if (socket.plain.empty()) return;
  const AcceptedSocketRef sorted = forget(fd);
  take_(sorted, upgraded_sid(sorted->plain));
}

void SocketSorter::give_up(int fd) { (void)forget(fd); }

AcceptedSocketRef SocketSorter::forget(int fd) {
  const auto found = waiting_.extract(fd);
  uv_close(reinterpret_cast<uv_handle_t*>(found.mapped()->poll),
           [](uv_handle_t* handle) { delete reinterpret_cast<uv_poll_t*>(handle); });
  return found.mapped()->socket;
}

void SocketSorter::close() {
  while (!waiting_.empty()) give_up(waiting_.begin()->first);
}

}  // namespace relay
