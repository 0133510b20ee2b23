#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "cli/app.h"
#include "support/catch.h"

namespace relay {
namespace {

struct Parsed {
  GlobalOptions global;
  std::optional<ParseEnd> end;
};

void parse(Parsed& parsed, std::vector<std::string> arguments) {
  const auto app = make_app(parsed.global);
  parsed.end = parse_command_line(*app, std::move(arguments));
}

std::string usage_error(std::vector<std::string> arguments) {
  Parsed parsed;
  parse(parsed, std::move(arguments));
  REQUIRE(parsed.end);
  CHECK(parsed.end->exit_code == ExitCode::usage);
  CHECK(parsed.end->out.empty());
  CHECK(std::count(parsed.end->err.begin(), parsed.end->err.end(), '\n') == 1);
  return parsed.end->err;
}

bool runs(std::vector<std::string> arguments) {
  Parsed parsed;
  parse(parsed, std::move(arguments));
  if (parsed.end) UNSCOPED_INFO(parsed.end->err);
  return !parsed.end && parsed.global.command;
}

TEST_CASE("an unknown option is one line that names the nearest one") {
  CHECK(usage_error({"tail", "--cuont", "3"}) ==
        "senecactl tail: unknown option --cuont; did you mean --count? See senecactl tail --help\n");
  CHECK(usage_error({"tail", "--zzzzzzzz"}) ==
        "senecactl tail: unknown option --zzzzzzzz; see senecactl tail --help\n");
  CHECK(usage_error({"stats", "--ulr=x"}).find("did you mean --url?") != std::string::npos);
}

TEST_CASE("an unknown command is one line that names the nearest one") {
  CHECK(usage_error({"tial"}) ==
        "senecactl: unknown command tial; did you mean tail? See senecactl --help\n");
  CHECK(usage_error({"config", "shwo"}).find("did you mean show?") != std::string::npos);
  CHECK(usage_error({}).find("needs a command: serve") != std::string::npos);
}

TEST_CASE("a bad value says what was expected") {
  CHECK(usage_error({"tail", "-n", "many"}).find("--last many is not a whole number") != std::string::npos);
  CHECK(usage_error({"tail", "--wait", "soon"}).find("--wait soon is not a duration") != std::string::npos);
  CHECK(usage_error({"tail", "--min-priority", "urgent"}).find("is none of") != std::string::npos);
  CHECK(usage_error({"inject", "x", "--rate", "fast"}).find("--rate fast is not a rate") !=
        std::string::npos);
  CHECK(usage_error({"inject", "x", "--header", "nothing"}).find("NAME=VALUE") != std::string::npos);
  CHECK(usage_error({"--url", "localhost", "stats"}).find("has no scheme") != std::string::npos);
  CHECK(usage_error({"-o", "xml", "tail"}).find("--output xml is none of") != std::string::npos);
}

TEST_CASE("a journal is looked at, checked, made smaller, written out and read in") {
  for (const char* verb : {"stat", "verify", "compact"})
    CHECK(runs({"journal", verb, "--data-dir", "/d", "-o", "json"}));
  CHECK(usage_error({"journal"}).find("needs a command: stat") != std::string::npos);
  CHECK(usage_error({"journal", "stat", "--data-dir", ""}).find("is empty") != std::string::npos);
  CHECK(runs({"export"}));
  CHECK(runs({"export", "f.zst", "--data-dir=/d", "--since=5m", "--until=offset:9", "--match=a.*",
              "--match=b", "--filter=data.n > 1", "--subject=task:T1"}));
  CHECK(runs({"import", "-", "--skip-bad"}));
  usage_error({"import"});
}

TEST_CASE("options that contradict each other are refused") {
  usage_error({"tail", "--last", "3", "--since", "5m"});
  usage_error({"tail", "--rate", "--fields", "type"});
  for (const char* flag : {"--since=5m", "--last=3", "--room=r"})
    CHECK(usage_error({"tail", "--stage", "in", flag}).find("does not go with --stage") != std::string::npos);
  CHECK(usage_error({"tail", "--diff", "redact", "--rate"}).find("does not go with --diff") !=
        std::string::npos);
  usage_error({"tail", "--diff", "redact", "--stage", "in"});
  CHECK(runs({"tail", "--stage", "out", "a.*", "--filter", "data.n > 1", "-C", "1", "--fields", "type"}));
  CHECK(runs({"tail", "--diff", "redact", "a.*", "--not", "b.*", "--wait", "1s", "--no-reconnect"}));
  for (const char* flag : {"--rate=5", "--wait-ack", "--no-wait"})
    CHECK(usage_error({"inject", "x", "--dry-run", flag}).find("does not go with --dry-run") !=
          std::string::npos);
  usage_error({"inject", "x", "--stateful"});
  usage_error({"inject", "x", "--json"});
  CHECK(runs({"inject", "x", "--dry-run", "--stateful", "--json", "--count", "2"}));
  usage_error({"inject", "x", "--wait-ack", "--no-wait"});
  usage_error({"inject"});
  CHECK(usage_error({"inject", "--subject", "s", "{\"a\":1}"}).find("--subject needs a TYPE") !=
        std::string::npos);
  usage_error({"inject", "x", "{}", "--send-on", "eof"});
}

TEST_CASE("each mode of bench has the options that mean something to it") {
  CHECK(runs({"bench", "fanout", "--clients", "10", "--window", "8", "--batch", "4", "--check", "2"}));
  CHECK(runs({"bench", "latency", "--rate", "50/s", "--protocol", "sse", "--size", "1KiB", "--csv"}));
  CHECK(runs({"bench", "publish", "--protocol", "http", "--publish-path", "/p"}));
  CHECK(runs({"bench", "connect", "--at-once", "4", "--target", "http://h:1", "--server-pid", "1"}));
  CHECK(usage_error({"bench"}).find("needs a command: fanout") != std::string::npos);
  CHECK(usage_error({"bench", "fanout", "--size", "95"}).find("--size 95 is not a size from 96") !=
        std::string::npos);
  CHECK(usage_error({"bench", "fanout", "--protocol", "http"}).find("is none of nats, socketio, sse, ws") !=
        std::string::npos);
  usage_error({"bench", "fanout", "--rate", "5", "--window", "9"});
  usage_error({"bench", "fanout", "--window", "2", "--batch", "3"});
  CHECK(runs({"bench", "publish", "--protocol", "nats", "--jetstream", "BENCH"}));
  CHECK(runs({"bench", "publish", "--events", "events.jsonl", "--window", "8", "--batch", "4"}));
  CHECK(usage_error({"bench", "publish", "--jetstream", "BENCH"}).find("needs --protocol nats") !=
        std::string::npos);
  CHECK(usage_error({"bench", "publish", "--protocol", "nats", "--jetstream", "a.b"})
            .find("a.b is no name of a stream") != std::string::npos);
  usage_error({"bench", "fanout", "--protocol", "nats", "--jetstream", "BENCH"});
  usage_error({"bench", "publish", "--events", "events.jsonl", "--size", "300"});
  usage_error({"bench", "publish", "--events", "events.jsonl", "--duration", "5s"});
  usage_error({"bench", "latency", "--events", "events.jsonl"});
  usage_error({"bench", "connect", "--rate", "5"});
  usage_error({"bench", "publish", "--csv", "--json"});
}

TEST_CASE("global options stand before or after the command") {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--url", "ws://h:1", "-o", "jsonl", "tail"},
        {"tail", "a.*", "-o", "jsonl", "--url", "ws://h:1"}}) {
    Parsed parsed;
    parse(parsed, arguments);
    REQUIRE_FALSE(parsed.end);
    CHECK(parsed.global.url.to_string() == "ws://h:1");
    CHECK(parsed.global.output == OutputFormat::jsonl);
  }
}

TEST_CASE("repeatable options may be repeated and do not swallow arguments") {
  CHECK(runs({"tail", "--room", "a", "--room", "b", "agent.**", "task.**", "--not", "x", "--not", "y"}));
  CHECK(runs({"inject", "x", "--header", "a=1", "--header", "b=2", "{}"}));
  CHECK(runs({"serve", "--listen", "127.0.0.1:1", "--listen", "127.0.0.1:2"}));
  CHECK(runs({"inject", "-"}));
  CHECK(runs({"inject", "x", "@file", "--send-on", "newline"}));
  CHECK(runs({"config", "show", "--set", "server.threads=1", "--origin"}));
}

TEST_CASE("options can come from the environment and the command line wins") {
  ::setenv("SENECA_URL", "ws://from.env:1", 1);
  ::setenv("SENECA_LAST", "nonsense", 1);
  Parsed parsed;
  parse(parsed, {"stats"});
  CHECK_FALSE(parsed.end);
  CHECK(parsed.global.url.host == "from.env");
  CHECK(usage_error({"tail"}).find("--last nonsense") != std::string::npos);
  ::unsetenv("SENECA_LAST");
  parse(parsed, {"stats", "--url", "ws://flag:2"});
  CHECK(parsed.global.url.host == "flag");
  ::unsetenv("SENECA_URL");
}

TEST_CASE("help and version go to stdout with status 0") {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--help"},
                                                    {"tail", "--help"},
                                                    {"config", "check", "--help"},
                                                    {"--version"}}) {
    Parsed parsed;
    parse(parsed, arguments);
    REQUIRE(parsed.end);
    CHECK(parsed.end->exit_code == ExitCode::ok);
    CHECK_FALSE(parsed.end->out.empty());
    CHECK(parsed.end->err.empty());
  }
}

TEST_CASE("dead-letters takes a plugin's name and a number that is at least 1") {
  CHECK(runs({"dead-letters"}));
  CHECK(runs({"dead-letters", "--plugin", "lua", "-n", "5"}));
  CHECK(usage_error({"dead-letters", "-n", "0"}).find("--last") != std::string::npos);
  CHECK(usage_error({"dead-letters", "lua"}).find("unexpected argument lua") != std::string::npos);
}

}  // namespace
}  // namespace relay
