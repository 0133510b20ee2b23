#include "cli/bench/http_link.h"

#include <algorithm>
#include <charconv>

namespace relay {
namespace {

// `fallback` when the answer does not say.
uint64_t accepted_of(std::string_view answer, uint64_t fallback) {
  constexpr std::string_view kKey = "\"accepted\":";
  const size_t at = answer.find(kKey);
  if (at == std::string_view::npos) return fallback;
  uint64_t accepted = 0;
  std::from_chars(answer.data() + at + kKey.size(), answer.data() + answer.size(), accepted);
  return std::min(accepted, fallback);
}

}  // namespace

void HttpLink::publish(const PublishBatch& batch) {
  const size_t events = batch.due_ns.size();
  size_t body_bytes = events;  // of line breaks
  for (size_t i = 0; i < events; ++i) body_bytes += batch.text.size(batch.first_number + i);
  scratch_ = "POST " + target().publish_path() + " HTTP/1.1\r\nHost: " + target().authority() +
             target().authorization() + "\r\nContent-Type: application/" +
             (events == 1 ? "json" : "x-ndjson") + "\r\nContent-Length: " + std::to_string(body_bytes) +
             "\r\n\r\n";
  for (size_t i = 0; i < events; ++i) {
    scratch_ += batch.text.stamped(batch.first_number + i, batch.due_ns[i]);
    scratch_ += '\n';
  }
  awaited_ = events;
  send(scratch_);
}

void HttpLink::take(std::string_view bytes) {
  if (head_.status() == 0) {
    const HttpAnswerHead::Outcome outcome = head_.feed(bytes);
    if (outcome == HttpAnswerHead::Outcome::broken) return close("the server does not speak HTTP");
    if (outcome == HttpAnswerHead::Outcome::more) return;
    body_ = HttpAnswerBody(head_);
  }
  for (std::string_view piece = body_.next(bytes); !piece.empty(); piece = body_.next(bytes))
    answer_ += piece;
  if (body_.broken() || answer_.size() > kMaxAnswer) return close("the server sent a broken answer");
  if (body_.done()) finish_answer();
}

void HttpLink::finish_answer() {
  const int status = head_.status();
  const bool yes = status >= 200 && status < 300;
  if (!yes && status != 429 && status != 503)
    return refuse_http(status, "publishing failed: the server answered HTTP " + head_.status_line());
  const uint64_t accepted = yes ? accepted_of(answer_, awaited_) : 0;
  const uint64_t events = awaited_;
  awaited_ = 0;
  answer_.clear();
  head_ = {};
  owner().on_answered(events, events - accepted);
}

}  // namespace relay
