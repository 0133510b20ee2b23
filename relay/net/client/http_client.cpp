#include "net/client/http_client.h"

#include <libwebsockets.h>

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "net/client/authorization.h"
#include "net/client/connect_error.h"

namespace relay {
namespace {

constexpr size_t kReadBytes = 65536;

/// One request on its way. Lives on fetch's stack.
class Exchange final : public LwsPeer {
 public:
  Exchange(ClientLoop& loop, const FetchRequest& request)
      : loop_(loop),
        request_(request),
        deadline_(loop, [this] { fail_with("timed_out", "no answer in time"); }) {}
  ~Exchange() override { drop_lws(wsi_); }

  Result<FetchResponse> perform();
  int handle(lws* wsi, int reason, void* in, size_t size) override;

 private:
  void connect();
  int add_headers(lws* wsi, unsigned char** at, const unsigned char* end);
  int send_body(lws* wsi);
  void note_headers(lws* wsi);
  int read_some(lws* wsi);
  int collect(std::string_view part);
  void finish(Result<FetchResponse> outcome);
  void fail_with(std::string code, std::string message) {
    finish(fail(std::move(code), request_.url.to_string(), std::move(message)));
  }

  ClientLoop& loop_;
  const FetchRequest& request_;
  ClientTimer deadline_;
  lws* wsi_ = nullptr;
  FetchResponse response_;
  std::optional<Result<FetchResponse>> outcome_;
};

Result<FetchResponse> Exchange::perform() {
  deadline_.start(request_.timeout_us);
  connect();
  if (!outcome_) loop_.run();
  if (!outcome_) return fail("interrupted", request_.url.to_string(), "interrupted");
  return std::move(*outcome_);
}

void Exchange::connect() {
  const std::string host = request_.url.authority();
  const std::string path = request_.url.target(request_.target);
  lws_client_connect_info info{};
  info.context = loop_.context();
  info.address = request_.url.host.c_str();
  info.port = request_.url.port;
  info.path = path.c_str();
  info.host = host.c_str();
  info.method = request_.method.c_str();
  info.ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT | (request_.url.secure ? LCCSCF_USE_SSL : 0);
  info.local_protocol_name = kLwsClientProtocol;
  info.alpn = "http/1.1";
  info.pwsi = &wsi_;
  info.opaque_user_data = static_cast<LwsPeer*>(this);
  if (lws_client_connect_via_info(&info) == nullptr && !outcome_)
    finish(tl::unexpected<Error>(connect_error(request_.url, "", 0)));
}

int Exchange::handle(lws* wsi, int reason, void* in, size_t size) {
  auto* const text = static_cast<char*>(in);
  switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER: {
      auto** const at = static_cast<unsigned char**>(in);
      return add_headers(wsi, at, *at + size);
    }
    case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
      return send_body(wsi);
    case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
      note_headers(wsi);
      return 0;
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
      return read_some(wsi);
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
      return collect({text, size});
    case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
      finish(std::move(response_));
      return -1;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
      wsi_ = nullptr;
      finish(tl::unexpected<Error>(connect_error(request_.url, text ? std::string_view(text, size) : "", 0)));
      return 0;
    case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
      wsi_ = nullptr;
      if (response_.status == 0) fail_with("connection_lost", "the connection ended before the answer");
      return 0;
    case LWS_CALLBACK_WSI_DESTROY:
      wsi_ = nullptr;
      return 0;
    default:
      return 0;
  }
}

int Exchange::add_headers(lws* wsi, unsigned char** at, const unsigned char* end) {
  if (add_authorization(wsi, request_.url, at, end) != 0) return -1;
  if (request_.method != "POST") return 0;
  auto* const limit = const_cast<unsigned char*>(end);
  const std::string length = std::to_string(request_.body.size());
  const auto add = [&](lws_token_indexes token, const std::string& value) {
    return lws_add_http_header_by_token(wsi, token, reinterpret_cast<const unsigned char*>(value.data()),
                                        static_cast<int>(value.size()), at, limit);
  };
  if (add(WSI_TOKEN_HTTP_CONTENT_TYPE, request_.content_type) || add(WSI_TOKEN_HTTP_CONTENT_LENGTH, length))
    return -1;
  if (!request_.body.empty()) {
    lws_client_http_body_pending(wsi, 1);
    lws_callback_on_writable(wsi);
  }
  return 0;
}

int Exchange::send_body(lws* wsi) {
  std::string framed(LWS_PRE, '\0');
  framed += request_.body;
  auto* const body = reinterpret_cast<unsigned char*>(framed.data()) + LWS_PRE;
  lws_client_http_body_pending(wsi, 0);
  return lws_write(wsi, body, request_.body.size(), LWS_WRITE_HTTP_FINAL) < 0 ? -1 : 0;
}

void Exchange::note_headers(lws* wsi) {
  response_.status = static_cast<int>(lws_http_client_http_response(wsi));
  std::array<char, 128> type{};
  if (lws_hdr_copy(wsi, type.data(), static_cast<int>(type.size()), WSI_TOKEN_HTTP_CONTENT_TYPE) > 0)
    response_.content_type = type.data();
}

int Exchange::read_some(lws* wsi) {
  std::array<char, LWS_PRE + kReadBytes> buffer;
  char* at = buffer.data() + LWS_PRE;
  int size = static_cast<int>(kReadBytes);
  return lws_http_client_read(wsi, &at, &size) < 0 ? -1 : 0;
}

int Exchange::collect(std::string_view part) {
  if (response_.body.size() + part.size() > request_.max_response_bytes) {
    fail_with("response_too_large", "the answer is larger than this program accepts");
    return -1;
  }
  response_.body.append(part);
  return 0;
}

void Exchange::finish(Result<FetchResponse> outcome) {
  if (!outcome_) outcome_ = std::move(outcome);
  loop_.stop();
}

}  // namespace

Result<FetchResponse> fetch(ClientLoop& loop, const FetchRequest& request) {
  return Exchange(loop, request).perform();
}

}  // namespace relay
