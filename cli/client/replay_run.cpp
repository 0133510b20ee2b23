#include "cli/client/replay_run.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <seneca/json.hpp>
#include <utility>

#include "cli/client/jsonl_input.h"
#include "cli/commands/journal_verbs.h"
#include "cli/output/progress_bar.h"
#include "event/serialize.h"
#include "net/client/connect_error.h"
#include "net/client/http_client.h"

namespace relay {
namespace {

constexpr size_t kBatchEvents = 500;
constexpr size_t kBatchBytes = 256 << 10;
constexpr int64_t kRetryUs = 1'000'000;
constexpr std::string_view kOwnTypes = "seneca.";

tl::unexpected<Error> interrupted() { return fail("interrupted", "replay", "was interrupted"); }

}  // namespace

ReplayRun::ReplayRun(ClientLoop& loop, const ReplayOptions& options, const GlobalOptions& global,
                     const Clock& clock)
    : loop_(loop),
      options_(options),
      global_(global),
      clock_(clock),
      notices_("senecactl replay", global),
      progress_(!global.quiet && !options.print && !options.step),
      pace_(options.speed) {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals_, &before_);
}

ReplayRun::~ReplayRun() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

ExitCode ReplayRun::run() {
  Status done;
  do {
    auto past = open();
    if (!past) return report_failure(past.error(), notices_);
    pace_.begin_again();
    const uint64_t before = replayed_;
    done = play(**past);
    if (done && options_.loop && replayed_ == before)
      done = fail("nothing", options_.file.empty() ? "journal" : options_.file, "holds nothing to replay");
  } while (done && options_.loop);
  progress_.clear();
  if (left_out_ > 0)
    notices_.notice(std::to_string(left_out_) +
                    " events of types seneca.* are the relay's own and were left out");
  notices_.detail(std::to_string(replayed_) + " events replayed");
  if (!done && done.error().code == "interrupted") return ExitCode::interrupted;
  if (!done) return report_failure(done.error(), notices_);
  return damaged_ ? ExitCode::check_failed : ExitCode::ok;
}

Result<std::unique_ptr<PastEvents>> ReplayRun::open() {
  auto selection = PastSelection::make(options_.choice, clock_.wall_us());
  if (!selection) return tl::unexpected(selection.error());
  if (options_.file.empty()) {
    auto file = open_journal(options_.directory);
    if (!file) return tl::unexpected(file.error());
    return past_of_journal(std::move(*file), std::move(*selection));
  }
  auto input = JsonlInput::open(options_.file);
  if (!input) return tl::unexpected(input.error());
  return past_of_lines(std::move(*input), std::move(*selection));
}

Status ReplayRun::play(PastEvents& past) {
  std::vector<EventRef> events;
  for (;;) {
    const Result<bool> more = past.next(events);
    if (!more) return tl::unexpected(more.error());
    for (const std::string& damage : past.take_damages()) notices_.error(damage);
    damaged_ |= past.damaged();
    if (!*more) return send();
    for (const EventRef& event : events)
      if (Status taken = take(event); !taken) return taken;
    show_progress(past);
  }
}

Status ReplayRun::take(const EventRef& event) {
  if (!options_.print && event->type().starts_with(kOwnTypes)) {
    ++left_out_;
    return {};
  }
  const int64_t due_us = pace_.due_us(event->time_us(), clock_.monotonic_us());
  if (options_.step || due_us > clock_.monotonic_us() || batched_ == kBatchEvents ||
      batch_.size() >= kBatchBytes)
    if (Status sent = send(); !sent) return sent;
  if (Status waited = options_.step ? wait_for_enter() : wait_until(due_us); !waited) return waited;
  if (!options_.print && batched_ > 0) batch_ += ',';
  append_cloudevent_json(batch_, *marked(*event), "");
  if (options_.print) batch_ += '\n';
  ++batched_;
  return options_.step ? send() : Status();
}

// Replayed events say so, and go where they are told to.
EventRef ReplayRun::marked(const Event& event) const {
  EventFields fields = event.fields();
  const std::string extensions =
      std::string(fields.extensions) + (fields.extensions.empty() ? "" : ",") + R"("replayed":true)";
  if (fields.extensions.find(R"("replayed":)") == std::string_view::npos) fields.extensions = extensions;
  if (!options_.to_room.empty()) fields.room = options_.to_room;
  // A name that the relay has seen lately would be known to it as the same event.
  const std::string id = std::string(fields.id) + "-replay-" + std::to_string(clock_.wall_us());
  if (options_.keep) fields.id = id;
  EventRef again = Event::make(fields);
  again->set_offset(event.offset());
  return again;
}

Status ReplayRun::wait_until(int64_t due_us) {
  for (;;) {
    const int64_t left_us = due_us - clock_.monotonic_us();
    const int64_t pause_us = left_us > 0 ? left_us : 0;
    const timespec pause{pause_us / 1'000'000, pause_us % 1'000'000 * 1000};
    if (sigtimedwait(&signals_, nullptr, &pause) > 0) return interrupted();
    if (left_us <= 0) return {};
  }
}

Status ReplayRun::wait_for_enter() {
  notices_.notice("Enter: the next event");
  for (;;) {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    const timespec pause{0, 100'000'000};
    if (ppoll(&input, 1, &pause, nullptr) > 0) break;
    if (Status waited = wait_until(0); !waited) return waited;
  }
  std::array<char, 256> line{};
  if (::read(STDIN_FILENO, line.data(), line.size()) <= 0) return interrupted();
  return {};
}

Status ReplayRun::send() {
  if (batched_ == 0) return {};
  Status sent;
  if (!options_.print)
    sent = publish();
  else if (const WriteOutcome written = write_stdout(batch_); written != WriteOutcome::ok)
    sent = fail(written == WriteOutcome::reader_gone ? "interrupted" : "no_output", "standard output",
                "cannot be written");
  replayed_ += batched_;
  batch_.clear();
  batched_ = 0;
  return sent;
}

// What the relay cannot take right now is offered again.
Status ReplayRun::publish() {
  FetchRequest request;
  request.method = "POST";
  request.url = global_.url;
  request.target = options_.keep ? "/api/v1/events" : "/api/v1/events?journal=no";
  request.body = '[' + batch_ + ']';
  request.timeout_us = global_.timeout_us();
  for (;;) {
    const Result<FetchResponse> response = fetch(loop_, request);
    if (!response) return tl::unexpected(response.error());
    if (response->status == 202) return {};
    const seneca::JsonView problem(response->body);
    if (response->status == 401 || response->status == 403)
      return tl::unexpected<Error>(denied_error(global_.url, request.target, problem.get("detail").string(),
                                                problem.get("code").string()));
    const std::string detail = problem.get("detail").string() + " [" + problem.get("code").string() + "]";
    if (response->status != 429 && response->status != 503)
      return fail("refused", global_.url.to_string(), detail);
    notices_.notice(detail + "; trying again");
    if (Status waited = wait_until(clock_.monotonic_us() + kRetryUs); !waited) return waited;
  }
}

void ReplayRun::show_progress(const PastEvents& past) {
  const int64_t now_ns = clock_.monotonic_us() * 1000;
  if (!progress_.due(now_ns)) return;
  progress_.show(now_ns,
                 progress_bar("replay", past.done(), past.total(), std::to_string(replayed_) + " events"));
}

}  // namespace relay
