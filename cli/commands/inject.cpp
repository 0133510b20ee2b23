#include "cli/commands/inject.h"

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <sstream>
#include <utility>
#include <vector>

#include "cli/client/inject_session.h"
#include "cli/client/walk_run.h"
#include "cli/options.h"

namespace relay {
namespace {

constexpr const char* kFooter =
    R"(Without TYPE the JSON is a whole event (CloudEvents or any other envelope the relay recognises), or an array of them.
Without JSON the event's data is {}. @FILE reads a file, - standard input: one JSON text a line, or with
--send-on eof one in all.

Examples:
  senecactl inject task.created '{"id":"T1"}' --subject task:T1 --priority high
  senecactl inject bench.tick '{"n":{{i}},"at":"{{now}}"}' --template --count 10000 --rate 500/s --wait-ack
  tail -F events.jsonl | senecactl inject -
  senecactl inject task.created '{"id":"T1"}' --dry-run)";

enum class SendOn { automatic, newline, eof };

struct InjectArguments {
  std::string type;
  std::string json;
  bool type_given = false;
  SendOn send_on = SendOn::automatic;
  bool no_wait = false;
  bool dry_run = false;
  WalkRun::Options walk;
  InjectDraft draft;
  InjectOptions run;
};

/// A descriptor that is closed at the end, unless it is standard input.
class InputFile {
 public:
  explicit InputFile(int fd) : fd_(fd) {}
  ~InputFile() {
    if (fd_ > STDIN_FILENO) ::close(fd_);
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

// One argument is the JSON when it looks like it, else the TYPE.
void sort_arguments(InjectArguments& arguments) {
  const std::string& first = arguments.type;
  const bool looks_like_json =
      !first.empty() && std::string_view("{[@").find(first.front()) != std::string_view::npos;
  if (arguments.json.empty() && (looks_like_json || first == "-"))
    arguments.json = std::exchange(arguments.type, {});
  if (arguments.json.empty()) arguments.json = "{}";
  arguments.draft.type = arguments.type;
}

bool reads_input(const InjectArguments& arguments) {
  return arguments.json == "-" || arguments.json.front() == '@';
}

void check_arguments(const InjectArguments& arguments, const CLI::App& verb) {
  if (arguments.type.empty() && !reads_input(arguments) && arguments.json == "{}")
    throw CLI::ValidationError("needs a TYPE, a JSON event, @FILE or -");
  for (const char* flag : {"--subject", "--source", "--priority", "--room", "--header"}) {
    if (arguments.type.empty() && verb.count(flag) > 0)
      throw CLI::ValidationError(std::string(flag) + " needs a TYPE: without one the JSON is sent as it is");
  }
  for (const char* flag : {"--rate", "--wait-ack", "--no-wait"})
    if (arguments.dry_run && verb.count(flag) > 0)
      throw CLI::ValidationError(std::string(flag) + " does not go with --dry-run, which sends nothing");
  if (arguments.send_on != SendOn::automatic && !reads_input(arguments))
    throw CLI::ValidationError("--send-on is for @FILE and -");
}

Result<std::string> read_all(int fd, const std::string& name) {
  std::string text;
  std::array<char, 65536> chunk;
  for (;;) {
    const ssize_t size = ::read(fd, chunk.data(), chunk.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return fail("unreadable", name, std::strerror(errno));
    if (size == 0) return text;
    text.append(chunk.data(), static_cast<size_t>(size));
    if (text.size() > LineInput::kMaxLine) return fail("too_large", name, "is larger than 16 MiB");
  }
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(std::move(line));
  return lines;
}

ExitCode run_walk(const InjectArguments& arguments, const GlobalOptions& global, const Notices& notices,
                  const std::vector<std::string>& texts) {
  const SystemClock clock;
  Result<EventBuilder> builder = EventBuilder::make(arguments.draft, clock);
  if (!builder) {
    notices.error(builder.error().subject + " " + builder.error().message);
    return ExitCode::usage;
  }
  const Result<std::unique_ptr<ClientLoop>> loop = ClientLoop::make();
  if (!loop) {
    notices.error(loop.error().message);
    return ExitCode::unreachable;
  }
  return WalkRun(**loop, global, arguments.walk, *std::move(builder)).run(texts, arguments.run.count);
}

ExitCode run_session(const InjectArguments& arguments, const GlobalOptions& global, const Notices& notices) {
  const SystemClock clock;
  Result<EventBuilder> builder = EventBuilder::make(arguments.draft, clock);
  if (!builder) {
    notices.error(builder.error().subject + " " + builder.error().message);
    return ExitCode::usage;
  }
  if (arguments.run.line_fd < 0) {
    EventBuilder trial = *builder;  // bad JSON is known before anything is connected
    const Result<std::string> request = trial.publish(1, arguments.run.json, 1);
    if (!request) {
      notices.error(request.error().subject + ": " + request.error().message);
      return ExitCode::bad_data;
    }
  }
  const Result<std::unique_ptr<ClientLoop>> loop = ClientLoop::make();
  if (!loop) {
    notices.error(loop.error().message);
    return ExitCode::unreachable;
  }
  return InjectSession(**loop, global, arguments.run, *std::move(builder), clock).run();
}

ExitCode run_inject(InjectArguments arguments, const GlobalOptions& global) {
  const Notices notices("senecactl inject", global);
  if (!reads_input(arguments)) {
    arguments.run.json = arguments.json;
    if (arguments.dry_run) return run_walk(arguments, global, notices, {arguments.json});
    return run_session(arguments, global, notices);
  }
  const bool standard = arguments.json == "-";
  const std::string name = standard ? "standard input" : arguments.json.substr(1);
  const InputFile input(standard ? STDIN_FILENO : ::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  if (input.get() < 0) {
    notices.error("cannot read " + name + ": " + std::strerror(errno));
    return ExitCode::bad_data;
  }
  const bool by_line =
      arguments.send_on == SendOn::automatic ? standard : arguments.send_on == SendOn::newline;
  if (by_line && !arguments.dry_run) {
    arguments.run.line_fd = input.get();
    return run_session(arguments, global, notices);
  }
  Result<std::string> text = read_all(input.get(), name);
  if (!text) {
    notices.error("cannot read " + name + ": " + text.error().message);
    return ExitCode::bad_data;
  }
  if (arguments.dry_run)
    return run_walk(arguments, global, notices, by_line ? lines_of(*text) : std::vector{*text});
  arguments.run.json = *std::move(text);
  return run_session(arguments, global, notices);
}

void add_event_options(CLI::App& verb, InjectDraft& draft) {
  verb.add_option("--source", draft.source, "Where the event says it comes from")
      ->type_name("URI")
      ->capture_default_str();
  verb.add_option("--subject", draft.subject, "What the event is about: task:T1")->type_name("TEXT");
  const std::map<std::string, std::string> priorities{
      {"critical", "critical"}, {"high", "high"}, {"normal", "normal"}, {"low", "low"}};
  add_choice_option(verb, "--priority", draft.priority, priorities, "critical, high, normal or low");
  verb.add_option("--room", draft.room, "Publish to this room instead of the routes' rooms")
      ->type_name("ROOM");
  const auto parse_header = [&draft](const std::string& text) -> Status {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) return fail("bad_header", text, "is not NAME=VALUE");
    draft.attributes.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    return {};
  };
  add_repeated_option(verb, "--header", "NAME=VALUE", "A CloudEvents extension attribute (repeatable)",
                      parse_header);
  verb.add_flag("--template", draft.expand,
                "Fill in {{i}}, {{now}}, {{uuid}} and {{rand:LOW:HIGH}} in TYPE, JSON and --subject");
}

void add_run_options(CLI::App& verb, InjectArguments& arguments) {
  InjectOptions& run = arguments.run;
  add_count_option(verb, "--count", run.count, "Send N events");
  const auto parse = [&run](const std::string& text) -> Status {
    const Result<double> rate = parse_rate(text);
    if (!rate) return tl::unexpected<Error>(rate.error());
    run.rate = *rate;
    return {};
  };
  add_parsed_option(verb, "--rate", "N/s", "Send so many events a second, evenly", parse);
  const std::map<std::string, SendOn> modes{{"newline", SendOn::newline}, {"eof", SendOn::eof}};
  add_choice_option(verb, "--send-on", arguments.send_on, modes,
                    "What ends a JSON text in the input: newline (the default for -) or eof (for @FILE)");
  auto* const wait =
      verb.add_flag("--wait-ack", run.print_acks, "Print the offset and latency of every event");
  auto* const dry_run =
      verb.add_flag("--dry-run", arguments.dry_run,
                    "Send nothing; show what the relay's plugins and routes would make of it");
  verb.add_flag("--stateful", arguments.walk.stateful,
                "Ask plugins with state or a timer as well, which remember")
      ->needs(dry_run);
  verb.add_flag("--json", arguments.walk.json, "The relay's answer as it is, a line an event")
      ->needs(dry_run);
  verb.add_flag("--no-wait", arguments.no_wait, "Do not wait for the relay's answers")->excludes(wait);
}

}  // namespace

void add_inject_command(CLI::App& app, GlobalOptions& global) {
  const auto arguments = std::make_shared<InjectArguments>();
  CLI::App& verb = *app.add_subcommand("inject", "Publish test events");
  verb.add_option("TYPE", arguments->type, "The events' type; without it the JSON is a whole event")
      ->type_name("");
  verb.add_option("JSON", arguments->json, "The events' data, @FILE or -")->type_name("");
  add_event_options(verb, arguments->draft);
  add_run_options(verb, *arguments);
  verb.footer(kFooter);
  verb.callback([arguments, &verb, &global] {
    sort_arguments(*arguments);
    check_arguments(*arguments, verb);
    arguments->run.wait = !arguments->no_wait;
    global.command = [arguments, &global] { return run_inject(*arguments, global); };
  });
}

}  // namespace relay
