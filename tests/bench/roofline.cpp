// seneca_roofline PORT coalesce|each: the least a WebSocket broadcast server can do, to measure real ones
// against.
//
// One thread on epoll, on 127.0.0.1. Every text that a client of /pub sends goes to all clients of /sub,
// unparsed. `coalesce` gathers what one turn of the loop brought into one send a subscriber, `each` makes one
// send a message and subscriber. No limits, no heartbeat, no checks beyond what keeps it alive: it is a
// yardstick, not a server.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "codec/websocket_frame.h"
#include "codec/websocket_handshake.h"

namespace relay {
namespace {

struct Client {
  enum class Kind { handshaking, subscriber, publisher, other };

  explicit Client(int socket) : fd(socket) {}
  ~Client() { ::close(fd); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const int fd;
  Kind kind = Kind::handshaking;
  std::string in;    // an incomplete request or frame
  std::string out;   // what the socket did not take
  size_t place = 0;  // among the subscribers
};

std::string_view header_of(std::string_view head, std::string_view name) {
  const size_t at = head.find(name);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = head.substr(at + name.size());
  return rest.substr(0, rest.find("\r\n"));
}

/// A client's frame at the front of `bytes`, unmasked in place. Size 0: it is not whole.
struct ClientFrame {
  size_t size = 0;
  unsigned opcode = 0;
  std::string_view payload;
};

ClientFrame take_frame(char* bytes, size_t size) {
  const auto byte = [bytes](size_t at) { return static_cast<unsigned char>(bytes[at]); };
  if (size < 6) return {};
  const unsigned short_length = byte(1) & 0x7F;
  const size_t length_bytes = short_length < 126 ? 0 : short_length == 126 ? 2 : 8;
  const size_t header = 2 + length_bytes + 4;
  if (size < header) return {};
  size_t length = length_bytes == 0 ? short_length : 0;
  for (size_t i = 0; i < length_bytes; ++i) length = length << 8 | byte(2 + i);
  if (size - header < length) return {};
  char* const payload = bytes + header;
  uint32_t key = 0;
  std::memcpy(&key, payload - 4, sizeof key);
  const uint64_t wide = static_cast<uint64_t>(key) << 32 | key;
  size_t i = 0;
  for (; i + sizeof wide <= length; i += sizeof wide) {
    uint64_t word = 0;
    std::memcpy(&word, payload + i, sizeof word);
    word ^= wide;
    std::memcpy(payload + i, &word, sizeof word);
  }
  for (; i < length; ++i) payload[i] = static_cast<char>(payload[i] ^ payload[i % 4 - 4]);
  return {header + length, byte(0) & 0x0Fu, std::string_view(payload, length)};
}

class Roofline {
 public:
  Roofline(int listener, bool coalesce)
      : listener_(listener), coalesce_(coalesce), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    control(EPOLL_CTL_ADD, listener_, EPOLLIN);
  }
  [[noreturn]] void run();

 private:
  void accept_all();
  void on_readable(Client& client);
  bool handshake(Client& client, size_t& used, size_t size);
  void take_frames(Client& client, size_t used, size_t size);
  void broadcast();
  void write(Client& client, std::string_view bytes);
  void flush(Client& client);
  void drop(Client& client);
  void control(int operation, int fd, uint32_t events);

  const int listener_;
  const bool coalesce_;
  const int epoll_;
  std::unordered_map<int, std::unique_ptr<Client>> clients_;
  std::vector<Client*> subscribers_;
  std::vector<char> buffer_ = std::vector<char>(size_t{1} << 18);
  std::string frames_;        // to be broadcast at the end of the turn
  std::vector<size_t> ends_;  // of each frame in frames_
};

void Roofline::control(int operation, int fd, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  ::epoll_ctl(epoll_, operation, fd, &event);
}

void Roofline::run() {
  std::array<epoll_event, 512> events;
  for (;;) {
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<size_t>(i)];
      if (event.data.fd == listener_) {
        accept_all();
        continue;
      }
      const auto found = clients_.find(event.data.fd);
      if (found == clients_.end()) continue;
      if ((event.events & EPOLLOUT) != 0) flush(*found->second);
      if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) on_readable(*found->second);
    }
    broadcast();
  }
}

void Roofline::accept_all() {
  for (int fd = 0; (fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    clients_.emplace(fd, std::make_unique<Client>(fd));
    control(EPOLL_CTL_ADD, fd, EPOLLIN);
  }
}

void Roofline::on_readable(Client& client) {
  const size_t before = client.in.size();
  if (buffer_.size() < before * 2) buffer_.resize(before * 2);
  std::memcpy(buffer_.data(), client.in.data(), before);
  const ssize_t received = ::recv(client.fd, buffer_.data() + before, buffer_.size() - before, 0);
  if (received < 0 && errno == EAGAIN) return;
  if (received <= 0) return drop(client);
  const size_t size = before + static_cast<size_t>(received);
  client.in.clear();
  size_t used = 0;
  if (client.kind == Client::Kind::handshaking && !handshake(client, used, size)) return;
  take_frames(client, used, size);
}

// False while the request is not whole.
bool Roofline::handshake(Client& client, size_t& used, size_t size) {
  const std::string_view bytes(buffer_.data(), size);
  const size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    client.in = bytes;
    return false;
  }
  used = end + 4;
  const std::string_view head = bytes.substr(0, used);
  write(client, upgrade_response({websocket_accept_key(header_of(head, "Sec-WebSocket-Key: ")), "", ""}));
  const bool subscriber = head.starts_with("GET /sub");
  client.kind = subscriber                     ? Client::Kind::subscriber
                : head.starts_with("GET /pub") ? Client::Kind::publisher
                                               : Client::Kind::other;
  if (!subscriber) return true;
  client.place = subscribers_.size();
  subscribers_.push_back(&client);
  return true;
}

void Roofline::take_frames(Client& client, size_t used, size_t size) {
  constexpr unsigned kText = 1, kClose = 8, kPing = 9;
  for (;;) {
    const ClientFrame frame = take_frame(buffer_.data() + used, size - used);
    if (frame.size == 0) break;
    used += frame.size;
    if (frame.opcode == kClose) return drop(client);
    if (frame.opcode == kPing && frame.payload.size() <= 125)
      write(client, control_frame(WebSocketOpcode::pong, frame.payload));
    if (frame.opcode != kText || client.kind != Client::Kind::publisher) continue;
    append_frame_header(frames_, WebSocketOpcode::text, frame.payload.size());
    frames_ += frame.payload;
    ends_.push_back(frames_.size());
  }
  client.in.assign(buffer_.data() + used, size - used);
}

void Roofline::broadcast() {
  if (ends_.empty()) return;
  if (coalesce_) ends_.assign(1, frames_.size());
  size_t start = 0;
  for (const size_t end : ends_) {
    const std::string_view bytes = std::string_view(frames_).substr(start, end - start);
    for (Client* client : subscribers_) write(*client, bytes);
    start = end;
  }
  frames_.clear();
  ends_.clear();
}

void Roofline::write(Client& client, std::string_view bytes) {
  if (client.out.empty()) {
    const ssize_t sent = ::send(client.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return;  // reading will tell
    if (sent > 0) bytes.remove_prefix(static_cast<size_t>(sent));
    if (bytes.empty()) return;
    control(EPOLL_CTL_MOD, client.fd, EPOLLIN | EPOLLOUT);
  }
  client.out += bytes;
}

void Roofline::flush(Client& client) {
  const ssize_t sent = ::send(client.fd, client.out.data(), client.out.size(), MSG_NOSIGNAL);
  if (sent > 0) client.out.erase(0, static_cast<size_t>(sent));
  if (client.out.empty()) control(EPOLL_CTL_MOD, client.fd, EPOLLIN);
}

void Roofline::drop(Client& client) {
  if (client.kind == Client::Kind::subscriber) {
    subscribers_.back()->place = client.place;
    subscribers_[client.place] = subscribers_.back();
    subscribers_.pop_back();
  }
  clients_.erase(client.fd);
}

int listen_on(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  return bound && ::listen(fd, SOMAXCONN) == 0 ? fd : -1;
}

}  // namespace
}  // namespace relay

int main(int argc, char** argv) {
  const std::string_view mode = argc == 3 ? argv[2] : "";
  if (mode != "coalesce" && mode != "each") {
    std::fputs("usage: seneca_roofline PORT coalesce|each\n", stderr);
    return 64;
  }
  const int listener = relay::listen_on(std::atoi(argv[1]));
  if (listener < 0) {
    std::perror("seneca_roofline");
    return 1;
  }
  ::signal(SIGPIPE, SIG_IGN);
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  relay::Roofline(listener, mode == "coalesce").run();
}
