#include "isolation/isolated_plugin.h"

#include <algorithm>
#include <utility>

#include "isolation/outcome.h"
#include "plugin/contained.h"

namespace relay {
namespace {

constexpr int64_t kCreateUs = 30'000'000;  // an instance may read large files
constexpr int64_t kRestartUs = 250'000;    // for so long the pipeline waits for a new one
constexpr int64_t kStateUs = 5'000'000;
constexpr int64_t kGoodbyeUs = 1'000'000;
constexpr uint64_t kEndsPerBatch = 5;

void fail_event(const seneca_batch& batch, uint32_t i, std::string_view reason) {
  batch.verdicts[i] = SENECA_FAIL;
  batch.reason(&batch, i, to_str(reason));
}

}  // namespace

IsolatedPlugin::IsolatedPlugin(const IsolatedLibrary& library, PluginInstance& instance, std::string config)
    : library_(library), instance_(instance), config_(std::move(config)) {}

IsolatedPlugin::~IsolatedPlugin() {
  if (state_ != State::ready) return;
  process_->send(CallKind::end, process_->request());
  static_cast<void>(process_->wait(kGoodbyeUs));
}

Status IsolatedPlugin::begin() {
  auto process =
      PluginProcess::start({library_.settings().host, library_.path(), library_.settings().memory_bytes},
                           library_.trusted_file(), instance_.name(), instance_.surroundings());
  if (!process) {
    trouble_ = process.error().message;
    return tl::unexpected(process.error());
  }
  process_ = std::move(*process);
  report_.pid = process_->pid();
  state_ = State::starting;
  started_ = Time::clock::now();
  ByteWriter content = process_->request();
  LoadOrder{library_.path().native(), instance_.surroundings().limits, config_}.write(content);
  process_->send(CallKind::load, content);
  return {};
}

Status IsolatedPlugin::create() {
  if (Status begun = begin(); !begun) return begun;
  const PluginProcess::Wait waited = process_->wait(kCreateUs);
  const std::string subject = "plugins/" + instance_.name();
  if (waited != PluginProcess::Wait::answered) {
    const std::string how =
        waited == PluginProcess::Wait::overdue ? "took longer than 30 s" : process_->end();
    process_.reset();
    state_ = State::none;
    return fail("plugin_process_failed", subject, "its process " + how + " while it made the instance");
  }
  ByteReader in(process_->content());
  if (process_->code() != SENECA_OK) return tl::unexpected(read_error(in));
  state_ = State::ready;
  return {};
}

bool IsolatedPlugin::ready(seneca_error& error) {
  if (ready()) return true;
  set_text(error, trouble_);
  return false;
}

bool IsolatedPlugin::ready() {
  if (state_ == State::ready) return true;
  if (state_ == State::none && !begin()) return false;
  // Once for each process: while one takes longer, everybody else does not wait with every batch.
  const int64_t age_us =
      std::chrono::duration_cast<std::chrono::microseconds>(Time::clock::now() - started_).count();
  const PluginProcess::Wait waited = process_->wait(std::max<int64_t>(kRestartUs - age_us, 0));
  if (waited == PluginProcess::Wait::answered && process_->code() == SENECA_OK) {
    ByteReader in(process_->content());
    if (PluginFacts::read(in) == library_.facts()) {
      state_ = State::ready;
      return true;
    }
    bury("found another plugin in its file, which was written over; reload it");
  } else if (waited == PluginProcess::Wait::answered) {
    ByteReader in(process_->content());
    bury("could not make the instance again: " + read_error(in).message);
  } else if (waited == PluginProcess::Wait::gone) {
    bury(process_->end() + " while it made the instance again");
  } else if (age_us > kCreateUs) {
    bury("took longer than 30 s to make the instance again");
  } else {
    trouble_ = "its process is being started";
  }
  return false;
}

void IsolatedPlugin::bury(const std::string& how) {
  static_cast<void>(process_->end());
  process_.reset();
  state_ = State::none;
  ++report_.ends;
  report_.pid = 0;
  report_.last_end = trouble_ = "its process " + how;
}

bool IsolatedPlugin::ask(CallKind kind, const ByteWriter& content, int64_t deadline_us) {
  process_->send(kind, content);
  const PluginProcess::Wait waited = process_->wait_fairly(deadline_us);
  if (waited == PluginProcess::Wait::answered) return true;
  bury(waited == PluginProcess::Wait::gone
           ? process_->end()
           : "took longer than " + std::to_string(deadline_us / 1000) + " ms and was killed");
  static_cast<void>(begin());  // so that it is there when the next question comes; else that says why not
  return false;
}

int32_t IsolatedPlugin::ask(CallKind kind, const ByteWriter& content, int64_t deadline_us,
                            seneca_error& error) {
  if (!ask(kind, content, deadline_us)) {
    set_text(error, trouble_);
    return SENECA_E_FAILED;
  }
  if (process_->code() != SENECA_OK) set_text(error, process_->content());
  return process_->code();
}

uint32_t IsolatedPlugin::write_events(const seneca_batch& batch, uint32_t first, uint32_t most,
                                      ByteWriter& content) {
  content.number(uint32_t{0});
  uint32_t count = 0;
  while (count < most && first + count < batch.count) {
    const size_t before = content.size();
    write_event(*batch.events[first + count], content);
    if (!content.complete()) {
      content.rewind(before);
      break;
    }
    ++count;
  }
  content.patch(0, count);
  return count;
}

void IsolatedPlugin::process(const seneca_batch& batch) {
  const uint64_t ends_before = report_.ends;
  uint32_t tried = 0;  // events before this one were in a call that ended the process
  uint32_t first = 0;
  while (first < batch.count) {
    if (report_.ends - ends_before >= kEndsPerBatch || !ready()) break;
    const bool alone = first < tried;
    ByteWriter content = process_->request();
    const uint32_t count = write_events(batch, first, alone ? 1 : kEventsPerCall, content);
    if (count == 0) {
      fail_event(batch, first++, "is too large to be shown to a plugin in a process of its own");
      continue;
    }
    // One event deserves less time than many; so both together stay below what clients notice.
    if (ask(CallKind::process, content, library_.settings().deadline_us / (alone ? 2 : 1))) {
      settle(batch, first, count);
      first += count;
    } else if (alone) {
      fail_event(batch, first, report_.last_end);
      EventBatch::mark_killing(batch, first++);
    } else {
      tried = first + count;
    }
  }
  if (first == batch.count) return;
  instance_.count_error();
  for (; first < batch.count; ++first) fail_event(batch, first, trouble_);
}

void IsolatedPlugin::settle(const seneca_batch& batch, uint32_t first, uint32_t count) {
  if (process_->code() != SENECA_OK) {
    instance_.count_error();
    for (uint32_t i = first; i < first + count; ++i) fail_event(batch, i, process_->content());
    return;
  }
  const auto outcome = Outcome::read(process_->content(), count);
  if (outcome) return outcome->apply(batch, first);
  instance_.count_error();
  for (uint32_t i = first; i < first + count; ++i) fail_event(batch, i, "its process answered nonsense");
  bury("answered nonsense and was killed");
}

int32_t IsolatedPlugin::tick(int64_t now_us, const seneca_batch& batch, seneca_error& error) {
  if (!ready(error)) return SENECA_E_FAILED;
  ByteWriter content = process_->request();
  content.number(now_us);
  const int32_t code = ask(CallKind::tick, content, library_.settings().deadline_us, error);
  if (code != SENECA_OK) return code;
  const auto outcome = Outcome::read(process_->content(), 0);
  if (outcome) {
    outcome->apply(batch, 0);
    return SENECA_OK;
  }
  bury("answered nonsense and was killed");
  set_text(error, trouble_);
  return SENECA_E_FAILED;
}

int32_t IsolatedPlugin::render(const seneca_event& event, seneca_str ui_event, const seneca_writer& out,
                               seneca_error& error) {
  if (!ready(error)) return SENECA_E_FAILED;
  ByteWriter content = process_->request();
  content.text(to_view(ui_event));
  content.number(event.offset);
  write_event(event, content);
  const int32_t code = ask(CallKind::render, content, library_.settings().deadline_us, error);
  if (code != SENECA_OK) return code;
  out.append(&out, to_str(process_->content()));
  return SENECA_OK;
}

int32_t IsolatedPlugin::save(const seneca_writer& out, seneca_error& error) {
  if (!ready(error)) return SENECA_E_FAILED;
  const int32_t code = ask(CallKind::save, process_->request(), kStateUs, error);
  return code == SENECA_OK ? out.append(&out, to_str(process_->content())) : code;
}

std::vector<MetricValue> IsolatedPlugin::metrics() {
  seneca_error error{};
  if (state_ != State::ready ||
      ask(CallKind::metrics, process_->request(), library_.settings().deadline_us, error) != SENECA_OK)
    return {};
  ByteReader in(process_->content());
  return read_metrics(in);
}

int32_t IsolatedPlugin::load(seneca_str saved, seneca_error& error) {
  if (!ready(error)) return SENECA_E_FAILED;
  ByteWriter content = process_->request();
  content.bytes(to_view(saved));
  return ask(CallKind::load_state, content, kStateUs, error);
}

}  // namespace relay
