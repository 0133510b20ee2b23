#include "isolation/plugin_host.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "isolation/outcome.h"
#include "isolation/plugin_facts.h"
#include "isolation/spin.h"

namespace relay {
namespace {

constexpr size_t kMaxLine = 1024;
constexpr size_t kMaxNews = 1 << 20;

bool tell(std::span<const char> message) {
  return ::send(kNewsFd, message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL) ==
         static_cast<ssize_t>(message.size());
}

EventRef make_event(ByteReader& in, uint64_t offset = 0) {
  const seneca_event read = read_event(in);
  EventFields fields;
  for (int32_t field = SENECA_FIELD_ID; field <= SENECA_FIELD_EXTENSIONS; ++field)
    fields.*text_field(field)->ours = to_view(read.*text_field(field)->abi);
  fields.time_us = read.time_us;
  set_abi_priority(read.priority, fields);
  EventRef event = Event::make(fields);
  event->set_offset(offset);
  return event;
}

int32_t failed(std::string_view why, ByteWriter& answer) {
  answer.rewind(0);
  answer.bytes(why);
  return SENECA_E_FAILED;
}

// False when the relay is gone.
bool receive(Call& call, Spin& spin) {
  ssize_t count = -1;
  const auto take = [&](int flags) {
    count = ::recv(kCallFd, &call, sizeof call, flags);
    return count >= 0 || (errno != EAGAIN && errno != EINTR);
  };
  if (!spin.run([&] { return take(MSG_DONTWAIT); }))
    while (!take(0)) {
    }
  return count == sizeof call;
}

}  // namespace

void PluginHost::News::write(LogLevel level, std::string_view, std::string_view text) {
  std::array<char, kMaxLine + 64> room;
  ByteWriter message(room);
  message.number(static_cast<uint32_t>(NewsKind::log));
  message.number(static_cast<int32_t>(level));
  const uint64_t lost = lost_.exchange(0);
  std::string line(text.substr(0, kMaxLine - 64));
  if (lost != 0) line = "(" + std::to_string(lost) + " lines are lost) " + line;
  message.text(line);
  if (!tell({room.data(), message.size()})) lost_ += lost + 1;
}

bool PluginHost::News::publish(const EventFields& fields) {
  const EventRef event = Event::make(fields);
  seneca_event seen;
  to_abi(*event, seen);
  std::string room(event->footprint() + 256, '\0');
  ByteWriter message(room);
  message.number(static_cast<uint32_t>(NewsKind::publish));
  write_event(seen, message);
  if (message.size() > kMaxNews) return false;
  return tell({room.data(), message.size()});
}

void PluginHost::RelayClock::set(int64_t wall_us) { ahead_us_ = wall_us - monotonic_us(); }

PluginHost::PluginHost(std::string name) : name_(std::move(name)) {}

int PluginHost::serve() {
  struct stat memory {};
  if (::fstat(kMemoryFd, &memory) != 0) return 1;
  const auto size = static_cast<size_t>(memory.st_size);
  void* mapped = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, kMemoryFd, 0);
  if (mapped == MAP_FAILED) return 1;
  memory_ = static_cast<char*>(mapped);
  half_ = size / 2;
  Spin spin;
  while (true) {
    Call call{};
    if (!receive(call, spin)) return 0;
    if (call.kind == CallKind::end) {
      instance_.reset();
      return 0;
    }
    clock_.set(call.now_us);
    ByteWriter content({memory_ + half_, half_});
    int32_t code = carry_out(call, content);
    if (!content.complete()) code = failed("its answer is larger than a process may hand over", content);
    const Answer answer{call.sequence, code, content.size()};
    if (::send(kCallFd, &answer, sizeof answer, MSG_NOSIGNAL) != sizeof answer) return 0;
  }
}

int32_t PluginHost::carry_out(const Call& call, ByteWriter& answer) {
  const std::string_view content(memory_, call.bytes);
  switch (call.kind) {
    case CallKind::load:
      return load(ByteReader(content), answer);
    case CallKind::process:
      return process(ByteReader(content), answer);
    case CallKind::tick:
      return tick(ByteReader(content), answer);
    case CallKind::render:
      return render(ByteReader(content), answer);
    case CallKind::save:
      return save(answer);
    case CallKind::load_state:
      return load_state(content, answer);
    case CallKind::metrics:
      write_metrics(instance_->metrics(), answer);
      return SENECA_OK;
    case CallKind::end:
      break;
  }
  return failed("no such call", answer);
}

int32_t PluginHost::load(ByteReader content, ByteWriter& answer) {
  const LoadOrder order = LoadOrder::read(content);
  auto library = PluginLibrary::open(order.path, TrustedFile::adopt(kPluginFd));
  if (!library) {
    write_error(library.error(), answer);
    return SENECA_E_FAILED;
  }
  if (order.config) {
    EventBatch::Limits limits;
    limits.fields = order.limits;
    batch_ = std::make_unique<EventBatch>(limits);
    auto instance = PluginInstance::create(*library, name_, std::string(*order.config),
                                           {news_, clock_, news_, order.limits, true});
    if (!instance) {
      write_error(instance.error(), answer);
      return SENECA_E_FAILED;
    }
    instance_ = std::move(*instance);
  }
  PluginFacts::of(**library).write(answer);
  return SENECA_OK;
}

int32_t PluginHost::hand_over(uint64_t errors_before, ByteWriter& answer) const {
  if (instance_->counters().errors != errors_before)
    return failed(batch_->size() > 0 ? batch_->reason(0) : "its timer failed", answer);
  Outcome::write(*batch_, answer);
  return SENECA_OK;
}

int32_t PluginHost::process(ByteReader content, ByteWriter& answer) {
  const auto count = content.number<uint32_t>();
  std::vector<EventRef> events;
  events.reserve(count);
  for (uint32_t i = 0; i < count; ++i) events.push_back(make_event(content));
  const uint64_t errors = instance_->counters().errors;
  batch_->assign(events);
  instance_->process(*batch_);
  return hand_over(errors, answer);
}

int32_t PluginHost::tick(ByteReader content, ByteWriter& answer) {
  const uint64_t errors = instance_->counters().errors;
  instance_->tick(content.number<int64_t>(), *batch_);
  return hand_over(errors, answer);
}

int32_t PluginHost::render(ByteReader content, ByteWriter& answer) {
  const std::string_view ui_event = content.text();
  const auto offset = content.number<uint64_t>();
  const EventRef event = make_event(content, offset);
  std::string payload;
  const Result<bool> rendered = instance_->render(*event, ui_event, payload);
  if (!rendered) return failed(rendered.error().message, answer);
  answer.bytes(payload);
  return *rendered ? SENECA_VIEW_RENDERED : SENECA_VIEW_DECLINED;
}

int32_t PluginHost::save(ByteWriter& answer) {
  const Result<std::string> saved = instance_->save_state();
  if (!saved) return failed(saved.error().message, answer);
  answer.bytes(*saved);
  return SENECA_OK;
}

int32_t PluginHost::load_state(std::string_view saved, ByteWriter& answer) {
  const Status loaded = instance_->load_state(saved);
  return loaded ? SENECA_OK : failed(loaded.error().message, answer);
}

}  // namespace relay
