#include "cli/bench/sse_link.h"

namespace relay {

void SseLink::greet() {
  send("GET " + target().subscribe_path() + " HTTP/1.1\r\nHost: " + target().authority() +
       target().authorization() + "\r\nAccept: text/event-stream\r\nCache-Control: no-cache\r\n\r\n");
}

bool SseLink::accept(std::string_view& bytes) {
  const HttpAnswerHead::Outcome outcome = head_.feed(bytes);
  if (outcome == HttpAnswerHead::Outcome::broken) close("the server does not speak HTTP");
  if (outcome != HttpAnswerHead::Outcome::whole) return false;
  const bool stream = head_.header("Content-Type").starts_with("text/event-stream");
  if (head_.status() != 200 || !stream) {
    const std::string what = head_.status() == 200 ? "a page" : "HTTP " + head_.status_line();
    refuse_http(head_.status(), "no event stream: the server answered " + what);
    return false;
  }
  body_ = HttpAnswerBody(head_);
  become_ready();
  return true;
}

void SseLink::take(std::string_view bytes) {
  if (head_.status() == 0 && !accept(bytes)) return;
  for (std::string_view piece = body_.next(bytes); !piece.empty(); piece = body_.next(bytes)) {
    if (carry_.empty()) {
      take_lines(piece);
    } else {
      const std::string joined = carry_.append(piece);
      carry_.clear();
      take_lines(joined);
    }
  }
  if (body_.broken() || carry_.size() > kMaxEvent) return close("the server sent a broken event stream");
  if (body_.done()) close("the server ended the event stream");
}

// Hands over every event that ends in `text`, and keeps the rest.
void SseLink::take_lines(std::string_view text) {
  size_t line = 0;
  size_t block = 0;
  for (size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', line)) {
    const bool blank = end == line || (end == line + 1 && text[line] == '\r');
    if (blank) {
      finish_block(text.substr(block, line - block));
      block = end + 1;
    }
    line = end + 1;
  }
  carry_ = text.substr(block);
}

void SseLink::finish_block(std::string_view block) {
  const bool has_data = block.starts_with("data:") || block.find("\ndata:") != std::string_view::npos;
  if (has_data) owner().on_payload(block);
}

}  // namespace relay
