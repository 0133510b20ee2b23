#include "cli/bench/nats_link.h"

#include <charconv>

namespace relay {
namespace {

constexpr std::string_view kEnd = "\r\n";

/// Takes the last word off a MSG or HMSG line: a number of bytes that follow it. False when it is none.
bool take_size(std::string_view& line, size_t& size) {
  const size_t space = line.rfind(' ');
  const std::string_view digits = line.substr(space + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  line = line.substr(0, space);
  return error == std::errc() && end == digits.data() + digits.size();
}

}  // namespace

void NatsLink::greet() {
  std::string hello = "CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"senecactl\"}\r\n";
  if (role_ == LinkRole::subscriber) hello += "SUB bench 1\r\n";
  send(hello + "PING\r\n");
}

void NatsLink::take(std::string_view bytes) {
  const std::string joined = carry_.empty() ? std::string() : carry_.append(bytes);
  carry_.clear();
  std::string_view text = joined.empty() ? bytes : std::string_view(joined);
  while (take_one(text)) {
  }
  carry_ = text;
}

bool NatsLink::take_one(std::string_view& text) {
  if (state() == State::closed) return false;
  const size_t end = text.find(kEnd);
  if (end == std::string_view::npos) {
    if (text.size() > kMaxPayload) close("the server sent an endless line");
    return false;
  }
  const std::string_view line = text.substr(0, end);
  if (line.starts_with("MSG ") || line.starts_with("HMSG ")) return take_message(text, line);
  text.remove_prefix(end + kEnd.size());
  on_line(line);
  return true;
}

bool NatsLink::take_message(std::string_view& text, std::string_view line) {
  const size_t begin = line.size() + kEnd.size();
  const bool has_headers = line.starts_with('H');
  size_t size = 0;
  size_t headers = 0;
  if (!take_size(line, size) || size > kMaxPayload ||
      (has_headers && (!take_size(line, headers) || headers > size))) {
    close("the server sent a broken message");
    return false;
  }
  if (text.size() < begin + size + kEnd.size()) return false;
  on_message(text.substr(begin, headers), text.substr(begin + headers, size - headers));
  text.remove_prefix(begin + size + kEnd.size());
  return true;
}

void NatsLink::on_message(std::string_view, std::string_view payload) { owner().on_payload(payload); }

void NatsLink::on_line(std::string_view line) {
  if (line == "PING") return send("PONG\r\n");
  if (line == "PONG") return on_pong();
  if (line.starts_with("-ERR")) return close("the server refused: " + std::string(line.substr(4)));
  if (line != "+OK" && !line.starts_with("INFO ")) close("the server does not speak the NATS protocol");
}

void NatsLink::on_pong() {
  if (!ready()) return become_ready();
  if (asked_ == answered_) return;
  owner().on_answered(asked_ - answered_, 0);
  answered_ = asked_;
}

void NatsLink::publish(const PublishBatch& batch) {
  scratch_.clear();
  for (size_t i = 0; i < batch.due_ns.size(); ++i) {
    const std::string_view event = batch.text.stamped(batch.first_number + i, batch.due_ns[i]);
    scratch_ += publish_;
    scratch_ += std::to_string(event.size());
    scratch_ += kEnd;
    scratch_ += event;
    scratch_ += kEnd;
  }
  published_ += batch.due_ns.size();
  send(scratch_);
}

void NatsLink::ask() {
  if (role_ != LinkRole::confirmed_publisher || !ready() || asked_ != answered_ || asked_ == published_)
    return;
  asked_ = published_;
  send("PING\r\n");
}

}  // namespace relay
