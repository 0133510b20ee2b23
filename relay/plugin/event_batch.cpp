#include "plugin/event_batch.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "plugin/one_line.h"

namespace relay {
namespace {

constexpr size_t kMaxReason = 200;

bool is_verdict(int32_t value) { return value >= SENECA_PASS && value <= SENECA_FAIL; }

}  // namespace

EventBatch::EventBatch(const Limits& limits) : limits_(limits) {
  abi_.size = sizeof abi_;
  abi_.impl = this;
  abi_.set = set;
  abi_.set_priority = set_priority;
  abi_.set_time = set_time;
  abi_.reason = reason;
  abi_.emit = emit;
}

void EventBatch::assign(std::span<const Event* const> events) {
  start(events.size());
  events_.assign(events.begin(), events.end());
  for (size_t i = 0; i < events.size(); ++i) {
    Slot& slot = slots_[i];
    to_abi(*events[i], slot.event);
    slot.reason = {};
    slot.emitted = 0;
    slot.touched = slot.killing = false;
    if (slot.changed) slot.changed = {};
    pointers_[i] = &slot.event;
  }
}

void EventBatch::assign(std::span<const EventRef> events) {
  std::vector<const Event*> pointers;
  for (const EventRef& event : events) pointers.push_back(event.get());
  assign(pointers);
}

void EventBatch::assign_tick(std::string_view id_stem, int64_t now_us) {
  start(0);
  tick_ = true;
  tick_us_ = now_us;
  set_now(now_us);
  tick_id_stem_ = keep(id_stem);
}

void EventBatch::start(size_t count) {
  events_.clear();
  emitted_.clear();
  arena_.release();
  if (slots_.size() < count) slots_.resize(count);
  pointers_.resize(count);
  verdicts_.assign(count, SENECA_PASS);
  abi_.count = static_cast<uint32_t>(count);
  abi_.events = pointers_.data();
  abi_.verdicts = verdicts_.data();
  used_bytes_ = 0;
  refused_ = 0;
  tick_ = false;
  open_ = true;
}

void EventBatch::close() {
  open_ = false;
  untouched_ = emitted_.empty();
  for (uint32_t i = 0; i < size(); ++i) {
    if (verdicts_[i] == SENECA_PASS && !slots_[i].touched) continue;
    untouched_ = false;
    settle(i);
  }
  const auto by_place = [](const Emitted& a, const Emitted& b) { return a.after < b.after; };
  if (!std::is_sorted(emitted_.begin(), emitted_.end(), by_place))
    std::stable_sort(emitted_.begin(), emitted_.end(), by_place);
  if (!tick_)
    std::erase_if(emitted_, [this](const Emitted& each) { return verdict(each.after) == Verdict::fail; });
#ifndef NDEBUG
  // A plugin that kept a pointer shall not find plausible texts behind it.
  for (Slot& slot : slots_) std::memset(&slot.event, 0xDD, sizeof slot.event);
#endif
}

void EventBatch::close_failed(std::string_view reason) {
  emitted_.clear();
  const std::string_view kept = keep(reason);
  for (uint32_t i = 0; i < size(); ++i) {
    verdicts_[i] = SENECA_FAIL;
    slots_[i].reason = kept;
  }
  close();
}

void EventBatch::settle(uint32_t i) {
  if (!is_verdict(verdicts_[i])) {
    slots_[i].reason =
        keep("verdict " + std::to_string(verdicts_[i]) + " is none of pass, drop, reject, fail");
    verdicts_[i] = SENECA_FAIL;
  }
  if (!slots_[i].touched || verdict(i) != Verdict::pass) return;
  const Event& original = *events_[i];
  const seneca_event& changed = slots_[i].event;
  EventFields fields = original.fields();
  for (int32_t field = SENECA_FIELD_ID; field <= SENECA_FIELD_EXTENSIONS; ++field)
    fields.*text_field(field)->ours = to_view(changed.*text_field(field)->abi);
  fields.time_us = changed.time_us;
  if (changed.priority != abi_priority(fields)) set_abi_priority(changed.priority, fields);
  slots_[i].changed = Event::make(fields);
  slots_[i].changed->set_backfill(original.is_backfill());
}

void EventBatch::explain(uint32_t i, std::string_view reason) {
  if (slots_[i].reason.empty()) slots_[i].reason = keep(reason);
}

std::span<const EventBatch::Emitted> EventBatch::emitted_after(uint32_t i) const {
  const auto before = [](const Emitted& each, uint32_t place) { return each.after < place; };
  const auto first = std::lower_bound(emitted_.begin(), emitted_.end(), i, before);
  const auto last = std::lower_bound(first, emitted_.end(), i + 1, before);
  return {first, last};
}

EventBatch* EventBatch::opened(const seneca_batch* batch) {
  auto* self = static_cast<EventBatch*>(batch->impl);
  return self->open_ ? self : nullptr;
}

EventBatch::Slot* EventBatch::slot(const seneca_batch* batch, uint32_t i) {
  EventBatch* self = opened(batch);
  return self && i < self->size() ? &self->slots_[i] : nullptr;
}

bool EventBatch::reserve(size_t bytes) {
  if (bytes > limits_.total_bytes - used_bytes_) return false;
  used_bytes_ += bytes;
  return true;
}

int32_t EventBatch::refuse() {
  ++refused_;
  return SENECA_E_LIMIT;
}

std::string_view EventBatch::keep(std::string_view text) {
  if (text.empty()) return {};
  char* copy = static_cast<char*>(arena_.allocate(text.size(), 1));
  std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

int32_t EventBatch::set(const seneca_batch* batch, uint32_t i, int32_t field, seneca_str value) noexcept {
  Slot* slot = EventBatch::slot(batch, i);
  const TextField* text = text_field(field);
  if (!slot || !text) return SENECA_E_INVALID;
  EventBatch& self = *opened(batch);
  if (const int32_t code = check_text(field, value, self.limits_.fields); code != SENECA_OK) return code;
  if (to_view(slot->event.*text->abi) == to_view(value)) return SENECA_OK;
  if (!self.reserve(value.len)) return self.refuse();
  slot->event.*text->abi = to_str(self.keep(to_view(value)));
  slot->touched = true;
  return SENECA_OK;
}

int32_t EventBatch::set_priority(const seneca_batch* batch, uint32_t i, int32_t priority) noexcept {
  Slot* slot = EventBatch::slot(batch, i);
  if (!slot || check_priority(priority) != SENECA_OK) return SENECA_E_INVALID;
  slot->touched |= slot->event.priority != priority;
  slot->event.priority = priority;
  return SENECA_OK;
}

int32_t EventBatch::set_time(const seneca_batch* batch, uint32_t i, int64_t time_us) noexcept {
  Slot* slot = EventBatch::slot(batch, i);
  if (!slot || check_time(time_us) != SENECA_OK) return SENECA_E_INVALID;
  slot->touched |= slot->event.time_us != time_us;
  slot->event.time_us = time_us;
  return SENECA_OK;
}

void EventBatch::reason(const seneca_batch* batch, uint32_t i, seneca_str text) noexcept {
  Slot* slot = EventBatch::slot(batch, i);
  if (!slot || (text.ptr == nullptr && text.len != 0)) return;
  const std::string line = one_line(to_view(text), kMaxReason);
  if (opened(batch)->reserve(line.size())) slot->reason = opened(batch)->keep(line);
}

int32_t EventBatch::emit(const seneca_batch* batch, uint32_t i, const seneca_event* event) noexcept {
  EventBatch* self = opened(batch);
  if (!self || !event || (!self->tick_ && i >= self->size())) return SENECA_E_INVALID;
  EventFields fields;
  if (const int32_t code = from_abi(*event, self->limits_.fields, fields); code != SENECA_OK) return code;
  return self->tick_ ? self->emit_from_tick(fields) : self->emit_after(i, fields);
}

int32_t EventBatch::emit_after(uint32_t i, EventFields& fields) {
  Slot& slot = slots_[i];
  if (slot.emitted >= limits_.emitted_per_event) return refuse();
  const std::string id = std::string(to_view(slot.event.id)) + '.' + std::to_string(slot.emitted + 1);
  if (fields.id.empty()) fields.id = id;
  if (fields.time_us == 0) fields.time_us = slot.event.time_us;
  EventRef event = Event::make(fields);
  event->set_backfill(events_[i]->is_backfill());
  if (!reserve(event->footprint())) return refuse();
  ++slot.emitted;
  emitted_.push_back({i, std::move(event)});
  return SENECA_OK;
}

int32_t EventBatch::emit_from_tick(EventFields& fields) {
  if (emitted_.size() >= limits_.emitted_per_tick) return refuse();
  const std::string id = std::string(tick_id_stem_) + '.' + std::to_string(emitted_.size() + 1);
  if (fields.id.empty()) fields.id = id;
  if (fields.time_us == 0) fields.time_us = tick_us_;
  EventRef event = Event::make(fields);
  if (!reserve(event->footprint())) return refuse();
  emitted_.push_back({0, std::move(event)});
  return SENECA_OK;
}

}  // namespace relay
