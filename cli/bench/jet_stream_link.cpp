#include "cli/bench/jet_stream_link.h"

#include <utility>

#include "base/ids.h"

namespace relay {
namespace {

constexpr std::string_view kOtherConfiguration = "10058";  // there is one of that name, with another one

std::string subject_of(const BenchTarget& target) { return "bench." + target.stream(); }

/// What follows `key`, up to one of `ends`; "" without it.
std::string_view value_behind(std::string_view json, std::string_view key, std::string_view ends) {
  const size_t at = json.find(key);
  if (at == std::string_view::npos) return {};
  json.remove_prefix(at + key.size());
  return json.substr(0, json.find_first_of(ends));
}

bool is_error(std::string_view answer) { return answer.find("\"error\":{") != std::string_view::npos; }

std::string_view code_of(std::string_view answer) { return value_behind(answer, "\"err_code\":", ",}"); }

/// "error 10077, maximum messages exceeded"
std::string explain(std::string_view answer) {
  const std::string_view why = value_behind(answer, "\"description\":\"", "\"");
  return "error " + std::string(code_of(answer)) + ", " + std::string(why);
}

}  // namespace

JetStreamLink::JetStreamLink(LoadLoop& loop, const BenchTarget& target, LinkOwner& owner)
    : JetStreamLink(loop, target, owner, "_INBOX." + random_id()) {}

JetStreamLink::JetStreamLink(LoadLoop& loop, const BenchTarget& target, LinkOwner& owner, std::string inbox)
    : NatsLink(loop, target, owner, LinkRole::confirmed_publisher, subject_of(target) + ' ' + inbox),
      inbox_(std::move(inbox)) {}

// With headers and no_responders the server says at once that nobody takes a request.
void JetStreamLink::greet() {
  const std::string& stream = target().stream();
  const std::string wanted = "{\"name\":\"" + stream + "\",\"subjects\":[\"" + subject_of(target()) +
                             "\"],\"retention\":\"limits\",\"storage\":\"file\",\"num_replicas\":1}";
  send("CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"senecactl\",\"headers\":true," +
       std::string("\"no_responders\":true}\r\nSUB ") + inbox_ + " 1\r\nPUB $JS.API.STREAM.CREATE." + stream +
       ' ' + inbox_ + ' ' + std::to_string(wanted.size()) + "\r\n" + wanted + "\r\n");
}

void JetStreamLink::on_message(std::string_view headers, std::string_view payload) {
  const bool nobody = headers.starts_with("NATS/1.0 503");
  if (!ready() && nobody) return close("the server has no JetStream: start it with --jetstream");
  if (!ready()) return on_made(payload);
  if (nobody)
    return close("no stream takes " + subject_of(target()) + " (503): is it among the subjects of " +
                 target().stream() + "?");
  if (is_error(payload)) return close("the server refused an event: " + explain(payload));
  owner().on_answered(1, 0);
}

void JetStreamLink::on_made(std::string_view answer) {
  if (is_error(answer) && code_of(answer) != kOtherConfiguration)
    return close("the server cannot make the stream " + target().stream() + ": " + explain(answer));
  become_ready();
}

}  // namespace relay
