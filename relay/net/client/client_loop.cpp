#include "net/client/client_loop.h"

#include <fcntl.h>
#include <libwebsockets.h>

#include <array>
#include <utility>

namespace relay {
namespace {

constexpr size_t kReadBytes = 65536;

int dispatch(lws* wsi, lws_callback_reasons reason, void*, void* in, size_t size) {
  auto* const peer = wsi ? static_cast<LwsPeer*>(lws_get_opaque_user_data(wsi)) : nullptr;
  return peer ? peer->handle(wsi, static_cast<int>(reason), in, size) : 0;
}

const std::array<lws_protocols, 2> kProtocols{
    {{kLwsClientProtocol, dispatch, 0, kReadBytes, 0, nullptr, 0}, {nullptr, nullptr, 0, 0, 0, nullptr, 0}}};

}  // namespace

void drop_lws(lws* wsi) {
  if (!wsi) return;
  lws_set_opaque_user_data(wsi, nullptr);
  lws_set_timeout(wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
}

Result<std::unique_ptr<ClientLoop>> ClientLoop::make() {
  lws_set_log_level(0, nullptr);  // errors reach the user through Result, not through lws's own stderr lines
  lws_context_creation_info info{};
  info.port = CONTEXT_PORT_NO_LISTEN;
  info.protocols = kProtocols.data();
  info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
  info.fd_limit_per_thread = 64;
  info.pt_serv_buf_size = 32 * 1024;  // a request's head is made in it, with a token of up to 8 KiB
  info.alpn = "http/1.1";
  info.http_proxy_address = "";  // lws would send even loopback connections through $http_proxy
  std::unique_ptr<ClientLoop> loop(new ClientLoop);
  loop->context_ = lws_create_context(&info);
  if (loop->context_ == nullptr)
    return fail("no_event_loop", "client",
                "libwebsockets cannot start; check the descriptor limit (ulimit -n)");
  return loop;
}

ClientLoop::~ClientLoop() {
  if (context_) lws_context_destroy(context_);
}

void ClientLoop::run() {
  stopping_ = false;
  while (!stopping_ && lws_service(context_, 0) >= 0) {
  }
}

void ClientLoop::stop() {
  stopping_ = true;
  lws_cancel_service(context_);
}

struct ClientTimer::Impl {
  lws_sorted_usec_list_t sul{};  // first: lws hands back its address
  lws_context* context = nullptr;
  std::function<void()> expired;
};

ClientTimer::ClientTimer(ClientLoop& loop, std::function<void()> expired) : impl_(std::make_unique<Impl>()) {
  impl_->context = loop.context();
  impl_->expired = std::move(expired);
}

ClientTimer::~ClientTimer() { cancel(); }

void ClientTimer::start(int64_t delay_us) {
  const auto expired = [](lws_sorted_usec_list_t* sul) { reinterpret_cast<Impl*>(sul)->expired(); };
  lws_sul_schedule(impl_->context, 0, &impl_->sul, expired, delay_us > 0 ? delay_us : 1);
}

void ClientTimer::cancel() { lws_sul_cancel(&impl_->sul); }

ReadableWatch::ReadableWatch(ClientLoop& loop, int fd, std::function<bool()> readable)
    : readable_(std::move(readable)) {
  lws_sock_file_fd_type descriptor;
  descriptor.filefd = fcntl(fd, F_DUPFD_CLOEXEC, 0);  // lws closes what it adopts
  if (descriptor.filefd < 0) return;
  wsi_ = lws_adopt_descriptor_vhost(lws_get_vhost_by_name(loop.context(), "default"), LWS_ADOPT_RAW_FILE_DESC,
                                    descriptor, kLwsClientProtocol, nullptr);
  if (wsi_) lws_set_opaque_user_data(wsi_, this);
}

ReadableWatch::~ReadableWatch() { drop_lws(wsi_); }

void ReadableWatch::pause(bool paused) {
  if (paused == paused_) return;
  paused_ = paused;
  if (wsi_) lws_rx_flow_control(wsi_, paused ? 0 : 1);
}

int ReadableWatch::handle(lws*, int reason, void*, size_t) {
  if (reason == LWS_CALLBACK_RAW_RX_FILE && !readable_()) drop_lws(std::exchange(wsi_, nullptr));
  if (reason == LWS_CALLBACK_RAW_CLOSE_FILE && wsi_) {
    wsi_ = nullptr;
    // lws gives up at a hang-up, but a pipe may still hold what was written before: at most its buffer.
    while (readable_()) {
    }
  }
  return 0;
}

}  // namespace relay
