// POSTs events to a URL: {"url": "https://example.org/hook"}.

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <seneca/cloudevent.hpp>
#include <seneca/json.hpp>
#include <seneca/plugin.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "http_post.h"
#include "signature.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kLongestRetryAfterS = 3600;
constexpr size_t kMaxId = 256;

// The secret itself, or that in an environment variable, so that configurations can be shown.
std::string key_of(const seneca::JsonView& config) {
  std::string secret = config.get("secret").string();
  if (const std::string variable = config.get("secret_env").string(); !variable.empty()) {
    const char* const value = std::getenv(variable.c_str());
    if (value == nullptr) throw std::runtime_error("/secret_env: " + variable + " is not in the environment");
    secret = value;
  }
  return signing_key(secret);
}

HttpPost::Headers headers_of(const seneca::JsonView& config) {
  HttpPost::Headers headers;
  for (const auto [name, value] : config.get("headers").members()) {
    const std::string text = value.string();
    if (text.find_first_of("\r\n") != std::string::npos ||
        name.find_first_of("\\: ") != std::string_view::npos)
      throw std::runtime_error("/headers/" + std::string(name) + ": is no header");
    headers.emplace_back(name, text);
  }
  return headers;
}

// Ids are any text, headers are not; one of the same events is the same again.
std::string message_id(std::string_view event_id, uint32_t count) {
  std::string id;
  for (const char c : event_id.substr(0, kMaxId)) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte > ' ' && byte < 0x7F && c != '%' && c != '.';
    if (plain) {
      id += c;
      continue;
    }
    static constexpr const char* kDigits = "0123456789ABCDEF";
    id += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return id + '-' + std::to_string(count);
}

/// Whether these very events are what the receiver does not take; all else may be mended.
bool blames_the_events(long status) { return status == 400 || status == 413 || status == 422; }

class Webhook {
 public:
  static constexpr const char* schema = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["url"],
    "properties": {
      "url": {"type": "string", "minLength": 1, "description": "http:// or https://"},
      "max_batch": {"type": "integer", "minimum": 1, "maximum": 256, "default": 100,
                    "description": "events in one request: application/cloudevents-batch+json; with 1 each is a request of its own, application/cloudevents+json"},
      "timeout_ms": {"type": "integer", "minimum": 10, "maximum": 60000, "default": 5000,
                     "description": "for a whole request"},
      "headers": {"type": "object", "additionalProperties": {"type": "string"},
                  "description": "sent along, such as Authorization"},
      "secret": {"type": "string", "minLength": 16,
                 "description": "signs each request as Standard Webhooks do; whsec_ and base64, or any text"},
      "secret_env": {"type": "string", "minLength": 1, "description": "the environment variable that holds it"}
    }
  })";

  explicit Webhook(std::string_view config) : Webhook(seneca::JsonView(config)) {}

  void deliver(const seneca::Delivery& events) {
    uint32_t taken = 0;
    while (taken < events.size()) {
      if (Clock::now() < not_before_) throw seneca::Again("the receiver asked to wait");
      const uint32_t count = std::min(events.size() - taken, at_once_);
      if (post(events, taken, count)) events.taken(taken += count);
    }
  }

 private:
  explicit Webhook(const seneca::JsonView& config)
      : http_(config.get("url").string(), static_cast<long>(config.get("timeout_ms").integer(5000))),
        max_batch_(static_cast<uint32_t>(config.get("max_batch").integer(100))),
        at_once_(max_batch_),
        key_(key_of(config)),
        headers_(headers_of(config)) {}

  // False: they are refused, and fewer at once will show which of them it is.
  bool post(const seneca::Delivery& events, uint32_t first, uint32_t count) {
    write_body(events, first, count);
    const HttpPost::Answer answer = http_.send(body_, request_headers(message_id(events[first].id(), count)));
    if (answer.status >= 200 && answer.status < 300) {
      at_once_ = std::min(at_once_ * 2, max_batch_);
      return true;
    }
    if (blames_the_events(answer.status)) {
      if (count == 1) {
        at_once_ = max_batch_;
        throw std::runtime_error("the receiver answered " + std::to_string(answer.status));
      }
      at_once_ = count / 2;
      return false;
    }
    if (answer.retry_after_s > 0)
      not_before_ = Clock::now() + std::chrono::seconds(std::min(answer.retry_after_s, kLongestRetryAfterS));
    throw seneca::Again(answer.status == 0 ? answer.error
                                           : "the receiver answered " + std::to_string(answer.status));
  }

  void write_body(const seneca::Delivery& events, uint32_t first, uint32_t count) {
    body_ = max_batch_ == 1 ? "" : "[";
    for (uint32_t i = first; i < first + count; ++i) {
      if (i > first) body_ += ',';
      seneca::append_cloudevent(body_, events[i]);
    }
    if (max_batch_ != 1) body_ += ']';
  }

  HttpPost::Headers request_headers(const std::string& id) const {
    HttpPost::Headers headers = headers_;
    headers.emplace_back("Content-Type", max_batch_ == 1
                                             ? "application/cloudevents+json; charset=utf-8"
                                             : "application/cloudevents-batch+json; charset=utf-8");
    if (key_.empty()) return headers;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const std::string timestamp =
        std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count());
    headers.emplace_back("webhook-id", id);
    headers.emplace_back("webhook-timestamp", timestamp);
    headers.emplace_back("webhook-signature", sign(key_, id, timestamp, body_));
    return headers;
  }

  HttpPost http_;
  const uint32_t max_batch_;
  uint32_t at_once_;  // less than max_batch_ while it looks for an event that is refused
  const std::string key_;
  const HttpPost::Headers headers_;
  std::string body_;
  Clock::time_point not_before_{};
};

}  // namespace

SENECA_PLUGIN(Webhook, "seneca.webhook", "1.0.0", "POSTs events to a URL, signed, until they are taken")
