#include "net/client/event_stream.h"

#include <libwebsockets.h>

#include <algorithm>
#include <array>
#include <seneca/json.hpp>
#include <utility>

#include "net/client/authorization.h"
#include "net/client/connect_error.h"

namespace relay {
namespace {

constexpr size_t kReadBytes = 65536;

std::string_view value_of(std::string_view line, std::string_view field) {
  std::string_view value = line.substr(std::min(field.size() + 1, line.size()));
  if (value.starts_with(' ')) value.remove_prefix(1);
  return value;
}

bool is_field(std::string_view line, std::string_view field) {
  return line.starts_with(field) && (line.size() == field.size() || line[field.size()] == ':');
}

}  // namespace

EventStream::EventStream(ClientLoop& loop, EventStreamHandler& handler, Url url, std::string target,
                         int64_t timeout_us)
    : loop_(loop),
      handler_(handler),
      url_(std::move(url)),
      target_(std::move(target)),
      timeout_us_(timeout_us),
      deadline_(loop, [this] { fail_with("timed_out", "no answer in time"); }),
      ended_(loop, [this] { end(); }) {}

EventStream::~EventStream() { drop_lws(wsi_); }

void EventStream::connect() {
  drop_lws(std::exchange(wsi_, nullptr));
  status_ = 0;
  error_ = {};
  text_.clear();
  name_.clear();
  data_.clear();
  const std::string host = url_.authority();
  const std::string path = url_.target(target_);
  lws_client_connect_info info{};
  info.context = loop_.context();
  info.address = url_.host.c_str();
  info.port = url_.port;
  info.path = path.c_str();
  info.host = host.c_str();
  info.method = "GET";
  info.ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT | (url_.secure ? LCCSCF_USE_SSL : 0);
  info.local_protocol_name = kLwsClientProtocol;
  info.alpn = "http/1.1";
  info.pwsi = &wsi_;
  info.opaque_user_data = static_cast<LwsPeer*>(this);
  deadline_.start(timeout_us_);
  if (lws_client_connect_via_info(&info) != nullptr || !error_.code.empty()) return;
  const Error error = connect_error(url_, "", 0);
  fail_with(error.code, error.message);
}

int EventStream::handle(lws* wsi, int reason, void* in, size_t size) {
  const auto* const text = static_cast<const char*>(in);
  switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER: {
      auto** const at = static_cast<unsigned char**>(in);
      return add_authorization(wsi, url_, at, *at + size);
    }
    case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
      deadline_.cancel();
      status_ = static_cast<int>(lws_http_client_http_response(wsi));
      if (status_ == 200) handler_.stream_opened();
      return 0;
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
      return read_some(wsi);
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
      return take({text, size});
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR: {
      wsi_ = nullptr;
      const Error error = connect_error(url_, text != nullptr ? std::string_view(text, size) : "", 0);
      fail_with(error.code, error.message);
      return 0;
    }
    case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
    case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
    case LWS_CALLBACK_WSI_DESTROY:
      wsi_ = nullptr;
      fail_with("connection_lost", "the connection to the relay was lost");
      return reason == LWS_CALLBACK_COMPLETED_CLIENT_HTTP ? -1 : 0;
    default:
      return 0;
  }
}

int EventStream::read_some(lws* wsi) {
  std::array<char, LWS_PRE + kReadBytes> buffer;
  char* at = buffer.data() + LWS_PRE;
  int size = static_cast<int>(kReadBytes);
  return lws_http_client_read(wsi, &at, &size) < 0 ? -1 : 0;
}

int EventStream::take(std::string_view part) {
  text_.append(part);
  if (status_ == 200) take_lines();
  if (text_.size() + data_.size() <= kMaxEventBytes) return 0;
  fail_with("too_large", "the relay sent an event that is larger than this program accepts");
  return -1;
}

void EventStream::take_lines() {
  size_t begin = 0;
  for (size_t end = text_.find('\n'); end != std::string::npos; end = text_.find('\n', begin)) {
    take_line(std::string_view(text_).substr(begin, end - begin));
    begin = end + 1;
  }
  text_.erase(0, begin);
}

// As our relay writes them: lines end with \n, and id and retry are of no use here.
void EventStream::take_line(std::string_view line) {
  if (is_field(line, "event")) {
    name_ = value_of(line, "event");
  } else if (is_field(line, "data")) {
    if (!data_.empty()) data_ += '\n';
    data_ += value_of(line, "data");
  } else if (line.empty() && !data_.empty()) {
    const std::string name = std::exchange(name_, {}), data = std::exchange(data_, {});
    handler_.stream_event(name, data);
  }
}

// The first reason counts.
void EventStream::fail_with(std::string code, std::string message) {
  if (!error_.code.empty()) return;
  error_ = {std::move(code), url_.to_string(), std::move(message)};
  ended_.start(0);
}

void EventStream::end() {
  deadline_.cancel();
  drop_lws(std::exchange(wsi_, nullptr));
  const seneca::JsonView problem(text_);
  if (status_ == 401 || status_ == 403)
    error_ = denied_error(url_, target_, problem.get("detail").string(), problem.get("code").string());
  else if (status_ != 0 && status_ != 200)
    error_ = {"refused", url_.to_string(),
              problem.get("code") ? problem.get("detail").string() + " [" + problem.get("code").string() + "]"
                                  : url_.to_string() + " answered HTTP " + std::to_string(status_) +
                                        "; is it a Seneca relay?"};
  handler_.stream_ended(error_);
}

}  // namespace relay
