#include "net/lws_context.h"

#include <libwebsockets.h>

namespace relay {
namespace {

constexpr size_t kReadBytes = 64 * 1024;

int on_lws(lws* socket, lws_callback_reasons reason, void*, void* in, size_t length) {
  if (reason == LWS_CALLBACK_RAW_ADOPT || reason == LWS_CALLBACK_PROTOCOL_INIT) return 0;
  if (reason != LWS_CALLBACK_RAW_RX && reason != LWS_CALLBACK_RAW_WRITEABLE &&
      reason != LWS_CALLBACK_RAW_CLOSE)
    return lws_callback_http_dummy(socket, reason, nullptr, in, length);
  auto* client = static_cast<Client*>(lws_get_opaque_user_data(socket));
  if (client == nullptr) return -1;
  auto* const network = static_cast<LwsContext*>(lws_context_user(lws_get_context(socket)));
  if (reason == LWS_CALLBACK_RAW_RX) {
    if (client->tls == nullptr)
      client->connection.on_bytes(static_cast<char*>(in), length);
    else
      network->received(*client, {static_cast<char*>(in), length});
  } else if (reason == LWS_CALLBACK_RAW_WRITEABLE) {
    if (client->wire.unblock() && (client->tls == nullptr || client->tls->unblocked()))
      client->connection.on_writable();
  } else {
    lws_set_opaque_user_data(socket, nullptr);
    client->wire.detach();
    client->connection.on_closed();
    network->closed(*client);
  }
  return 0;
}

// One protocol, raw. A write may have any size, or lws would cut it at its own buffer size.
constexpr lws_protocols kRawProtocols[] = {{"seneca", on_lws, 0, 0, 0, nullptr, 1u << 24},
                                           {nullptr, nullptr, 0, 0, 0, nullptr, 0}};
// All zero: lws arms no validity timers of its own; heartbeats are the sessions'.
const lws_retry_bo_t kNoValidityTimers{};

}  // namespace

Status LwsContext::open(uv_loop_t& loop) {
  lws_set_log_level(LLL_ERR, nullptr);
  lws_context_creation_info info{};
  info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
  info.protocols = kRawProtocols;
  info.pt_serv_buf_size = kReadBytes;
  info.gid = static_cast<gid_t>(-1);
  info.uid = static_cast<uid_t>(-1);
  info.options = LWS_SERVER_OPTION_LIBUV;
  info.retry_and_idle_policy = &kNoValidityTimers;
  info.user = this;
  void* loops[] = {&loop};
  info.foreign_loops = loops;
  context_ = lws_create_context(&info);
  if (context_ != nullptr) vhost_ = lws_get_vhost_by_name(context_, "default");
  if (vhost_ == nullptr)
    return fail("net_start", "libwebsockets",
                "no context: is its libuv event loop (libwebsockets-evlib-uv) installed?");
  return {};
}

bool LwsContext::adopt(int fd, Client& client) {
  lws_sock_file_fd_type descriptor;
  descriptor.sockfd = fd;
  lws* const socket = lws_adopt_descriptor_vhost(vhost_, LWS_ADOPT_SOCKET, descriptor, "seneca", nullptr);
  if (socket == nullptr) return false;
  lws_set_timeout(socket, NO_PENDING_TIMEOUT, 0);
  lws_set_opaque_user_data(socket, &client);
  client.wire.attach(socket);
  return true;
}

void LwsContext::received(Client& client, std::string_view bytes) {
  plain_.clear();
  client.tls->receive(bytes, plain_);
  if (!plain_.empty()) client.connection.on_bytes(plain_.data(), plain_.size());
}

// libuv closes handles in its loop, and lws frees each socket when its handle is closed; what it cannot free
// before, it frees when asked again.
void LwsContext::destroy() {
  if (context_ != nullptr) lws_context_destroy(context_);
}

void LwsContext::free_rest() {
  if (context_ != nullptr) lws_context_destroy(std::exchange(context_, nullptr));
}

}  // namespace relay
