#include "isolation/outcome.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

namespace relay {
namespace {

enum Flag : uint8_t { kTime = 1, kPriority = 2 };

/// What an event begins with; its texts follow.
struct EventHead {
  int64_t time_us;
  int32_t priority;
  std::array<uint32_t, kTextFields.size()> lengths;
};
static_assert(std::has_unique_object_representations_v<EventHead>);

void write_fate(const EventBatch& batch, uint32_t i, ByteWriter& out) {
  out.number(static_cast<int32_t>(batch.verdict(i)));
  out.text(batch.reason(i));
  const EventRef& changed = batch.changed(i);
  if (!changed) {
    out.number(uint8_t{0});
    out.number(uint32_t{0});
    return;
  }
  const EventFields& before = batch.original(i).fields();
  const EventFields& after = changed->fields();
  const bool other_time = before.time_us != after.time_us;
  const bool other_priority = abi_priority(before) != abi_priority(after);
  out.number(static_cast<uint8_t>((other_time ? kTime : 0) | (other_priority ? kPriority : 0)));
  if (other_time) out.number(after.time_us);
  if (other_priority) out.number(abi_priority(after));
  uint32_t changes = 0;
  for (int32_t field = SENECA_FIELD_ID; field <= SENECA_FIELD_EXTENSIONS; ++field)
    changes += before.*text_field(field)->ours != after.*text_field(field)->ours;
  out.number(changes);
  for (int32_t field = SENECA_FIELD_ID; field <= SENECA_FIELD_EXTENSIONS; ++field) {
    const TextField& text = *text_field(field);
    if (before.*text.ours == after.*text.ours) continue;
    out.number(field);
    out.text(after.*text.ours);
  }
}

Outcome::Fate read_fate(ByteReader& in) {
  Outcome::Fate fate;
  fate.verdict = in.number<int32_t>();
  fate.reason = in.text();
  const auto flags = in.number<uint8_t>();
  fate.other_time = (flags & kTime) != 0;
  fate.other_priority = (flags & kPriority) != 0;
  if (fate.other_time) fate.time_us = in.number<int64_t>();
  if (fate.other_priority) fate.priority = in.number<int32_t>();
  const auto changes = in.number<uint32_t>();
  for (uint32_t i = 0; i < changes && in.ok(); ++i) {
    const auto field = in.number<int32_t>();
    fate.changes.push_back({field, in.text()});
  }
  return fate;
}

bool apply_fate(const Outcome::Fate& fate, const seneca_batch& batch, uint32_t i) {
  int32_t code = SENECA_OK;
  const auto note = [&code](int32_t result) { code = code == SENECA_OK ? result : code; };
  for (const Outcome::Change& change : fate.changes)
    note(batch.set(&batch, i, change.field, to_str(change.value)));
  if (fate.other_time) note(batch.set_time(&batch, i, fate.time_us));
  if (fate.other_priority) note(batch.set_priority(&batch, i, fate.priority));
  if (!fate.reason.empty()) batch.reason(&batch, i, to_str(fate.reason));
  batch.verdicts[i] = fate.verdict;
  return code == SENECA_OK;
}

}  // namespace

void write_event(const seneca_event& event, ByteWriter& out) {
  EventHead head{event.time_us, event.priority, {}};
  for (size_t i = 0; i < head.lengths.size(); ++i)
    head.lengths[i] = static_cast<uint32_t>((event.*kTextFields[i].abi).len);
  out.bytes({reinterpret_cast<const char*>(&head), sizeof head});
  for (size_t i = 0; i < head.lengths.size(); ++i) out.bytes(to_view(event.*kTextFields[i].abi));
}

seneca_event read_event(ByteReader& in) {
  EventHead head{};
  if (const std::string_view bytes = in.bytes(sizeof head); in.ok())
    std::memcpy(&head, bytes.data(), sizeof head);
  seneca_event event{};
  event.size = sizeof event;
  event.priority = head.priority;
  event.time_us = head.time_us;
  for (size_t i = 0; i < head.lengths.size(); ++i)
    event.*kTextFields[i].abi = to_str(in.bytes(head.lengths[i]));
  return event;
}

void Outcome::write(const EventBatch& batch, ByteWriter& out) {
  out.number(batch.refused());
  const uint32_t fates = batch.untouched() ? 0 : batch.size();
  out.number(fates);
  for (uint32_t i = 0; i < fates; ++i) write_fate(batch, i, out);
  out.number(static_cast<uint32_t>(batch.emitted().size()));
  for (const EventBatch::Emitted& emitted : batch.emitted()) {
    seneca_event event;
    to_abi(*emitted.event, event);
    out.number(emitted.after);
    write_event(event, out);
  }
}

std::optional<Outcome> Outcome::read(std::string_view bytes, uint32_t count) {
  ByteReader in(bytes);
  Outcome outcome;
  outcome.refused = in.number<uint64_t>();
  const auto fates = in.number<uint32_t>();
  if (fates != 0 && fates != count) return std::nullopt;
  for (uint32_t i = 0; i < fates && in.ok(); ++i) outcome.fates.push_back(read_fate(in));
  const auto emissions = in.number<uint32_t>();
  for (uint32_t i = 0; i < emissions && in.ok(); ++i) {
    const auto after = in.number<uint32_t>();
    if (after >= std::max(count, 1U)) return std::nullopt;
    outcome.emissions.push_back({after, read_event(in)});
  }
  if (!in.at_end()) return std::nullopt;
  return outcome;
}

void Outcome::apply(const seneca_batch& batch, uint32_t first) const {
  const auto reject = [&batch](uint32_t i) {
    if (i >= batch.count) return;
    batch.verdicts[i] = SENECA_FAIL;
    batch.reason(&batch, i, to_str("its process answered what is no valid event"));
  };
  EventBatch::add_refused(batch, refused);
  for (uint32_t i = 0; i < fates.size(); ++i)
    if (!apply_fate(fates[i], batch, first + i)) reject(first + i);
  for (const Emission& emission : emissions)
    if (batch.emit(&batch, first + emission.after, &emission.event) != SENECA_OK)
      reject(first + emission.after);
}

}  // namespace relay
