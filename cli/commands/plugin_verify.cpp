#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>

#include "cli/commands/plugin_verbs.h"
#include "cli/options.h"
#include "cli/plugin/checks.h"

namespace relay {
namespace {

constexpr const char* kFooter =
    R"(Loads the plugin and has it bear what authors do not think of: every kind of JSON as data, texts as long and as
deep as allowed, clocks that go back, garbage as its state; looks at what it exports, whether its schema would notice
a misspelt key, and what is left in memory. A crash is reported together with what the plugin was doing.

Exit status: 0 nothing failed (warnings may remain), 1 something failed or the plugin crashed or hung, 78 it cannot be
loaded or configured.)";

constexpr const char* kLoading = "load it";

struct VerifyArguments {
  PluginArguments plugin;
  double time_limit_s = 60;
};

/// A text that a child process writes and its parent reads, also after the child has crashed.
class SharedText {
 public:
  SharedText()
      : bytes_(static_cast<char*>(
            ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {
    if (bytes_ == MAP_FAILED) bytes_ = nullptr;
  }
  ~SharedText() {
    if (bytes_ != nullptr) ::munmap(bytes_, kSize);
  }
  SharedText(const SharedText&) = delete;
  SharedText& operator=(const SharedText&) = delete;

  void set(const std::string& text) {
    if (bytes_ == nullptr) return;
    const size_t length = std::min(text.size(), kSize - 1);
    std::memcpy(bytes_, text.data(), length);
    bytes_[length] = '\0';
  }
  [[nodiscard]] std::string get() const { return bytes_ == nullptr ? "" : bytes_; }

 private:
  static constexpr size_t kSize = 4096;
  char* bytes_;
};

std::string_view word_for(CheckResult::Outcome outcome) {
  static constexpr std::string_view kWords[] = {"ok", "warning", "failure", "skipped"};
  return kWords[static_cast<size_t>(outcome)];
}

std::string text_of(const std::vector<CheckResult>& results) {
  std::string text;
  for (const CheckResult& result : results) {
    std::string word(word_for(result.outcome));
    word.resize(9, ' ');
    text += word + result.name + ": " + result.detail + '\n';
  }
  return text;
}

std::string json_of(const PluginLibrary& library, const std::vector<CheckResult>& results) {
  nlohmann::ordered_json checks = nlohmann::ordered_json::array();
  for (const CheckResult& result : results)
    checks.push_back(
        {{"check", result.name}, {"outcome", word_for(result.outcome)}, {"detail", result.detail}});
  return nlohmann::ordered_json{{"id", library.id()}, {"version", library.version()}, {"checks", checks}}
             .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
         '\n';
}

ExitCode look_over(const VerifyArguments& arguments, const GlobalOptions& global, SharedText& doing) {
  const Notices notices("senecactl plugin verify", global);
  doing.set(kLoading);
  const auto bench = PluginWorkbench::open(arguments.plugin.file, notices);
  const auto config = read_plugin_config(arguments.plugin.config);
  if (!bench || !config) {
    notices.error((bench ? config.error() : bench.error()).to_string());
    return ExitCode::bad_config;
  }
  const std::vector<CheckResult> results =
      PluginChecks(**bench, *config, [&doing](const std::string& what) { doing.set(what); }).run();
  doing.set("go");
  const bool json = global.output != OutputFormat::text;
  const WriteOutcome outcome = write_stdout(json ? json_of(*(*bench)->library(), results) : text_of(results));
  if (outcome != WriteOutcome::ok) return write_failure(outcome, notices.program());
  const bool failed = std::any_of(results.begin(), results.end(), [](const CheckResult& result) {
    return result.outcome == CheckResult::Outcome::failure;
  });
  return failed ? ExitCode::check_failed : ExitCode::ok;
}

// In a child: what the plugin does to its process ends there.
ExitCode run_verify(const VerifyArguments& arguments, const GlobalOptions& global) {
  const Notices notices("senecactl plugin verify", global);
  SharedText doing;
  const pid_t child = ::fork();
  if (child < 0) {
    notices.error(std::string("cannot start a process for it: ") + std::strerror(errno));
    return ExitCode::check_failed;
  }
  if (child == 0) {
    ::alarm(static_cast<unsigned>(arguments.time_limit_s + 0.999));
    ::_exit(static_cast<int>(look_over(arguments, global, doing)));
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && doing.get() == "go") return static_cast<ExitCode>(WEXITSTATUS(status));
  if (WIFEXITED(status) && WEXITSTATUS(status) == static_cast<int>(ExitCode::bad_config) &&
      doing.get() == kLoading)
    return ExitCode::bad_config;
  std::string how = "it ended the process";
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
    how = "it hung";
  else if (WIFSIGNALED(status))
    how = std::string("it crashed (SIG") + sigabbrev_np(WTERMSIG(status)) + ')';
  (void)write_stdout("failure  " + how + " when asked to " + doing.get() + '\n');
  return ExitCode::check_failed;
}

}  // namespace

void add_plugin_verify_verb(CLI::App& plugin, GlobalOptions& global) {
  const auto arguments = std::make_shared<VerifyArguments>();
  CLI::App& verb =
      *plugin.add_subcommand("verify", "Look a plugin over: ABI, symbols, schema, odd events, leaks");
  add_plugin_file(verb, arguments->plugin);
  verb.add_option("--config", arguments->plugin.config, "Its configuration, a JSON object or a file of one")
      ->type_name("JSON|@FILE");
  add_duration_option(verb, "--time-limit", arguments->time_limit_s, "After how long it counts as hung")
      ->default_str("60s");
  verb.footer(kFooter);
  verb.callback([arguments, &global] {
    global.command = [arguments, &global] { return run_verify(*arguments, global); };
  });
}

}  // namespace relay
