#include "duplicates.h"

#include <cstdlib>
#include <functional>

#include "record_map.h"

namespace marcus {
namespace {

uint64_t mix(uint64_t seed, std::string_view text) {
  return (seed ^ std::hash<std::string_view>{}(text)) * 0x9E3779B97F4A7C15ULL;
}

uint64_t mix(uint64_t seed, int64_t number) {
  return (seed ^ static_cast<uint64_t>(number)) * 0xC2B2AE3D27D4EB4FULL;
}

uint64_t happening(std::string_view instance, const Meaning& meaning) {
  uint64_t key = mix(0, instance);
  key = mix(key, meaning.topic);
  key = mix(key, meaning.agent_id);
  key = mix(key, meaning.task_id);
  key = mix(key, meaning.progress);
  return mix(key, meaning.detail);
}

bool contains(SourceSet set, SourceSet wanted) { return (set & wanted) != 0; }

Source first_of(SourceSet set) { return static_cast<Source>(set & (~set + 1)); }

std::string reason(std::string_view text, Source source) {
  return std::string("duplicate: ").append(text).append(to_string(source));
}

}  // namespace

RecentKeys::RecentKeys(size_t capacity) : capacity_(capacity) {}

const RecentKeys::Note* RecentKeys::find(uint64_t key) const {
  const auto found = notes_.find(key);
  return found == notes_.end() ? nullptr : &found->second;
}

void RecentKeys::put(uint64_t key, const Note& note) {
  const auto [place, is_new] = notes_.insert_or_assign(key, note);
  (void)place;
  if (!is_new) return;
  if (ring_.size() < capacity_) {
    ring_.push_back(key);
    return;
  }
  notes_.erase(ring_[next_]);
  ring_[next_] = key;
  next_ = (next_ + 1) % capacity_;
  ++evicted_;
}

Duplicates::Duplicates(int64_t window_us, size_t capacity)
    : window_us_(window_us), happenings_(capacity), copies_(capacity) {}

std::string Duplicates::check(std::string_view instance, SourceSet seen, Source source, const Rule& rule,
                              const Meaning& meaning, int64_t time_us) {
  const SourceSet canonical = canonical_sources(rule, source);
  if (contains(seen, canonical)) {
    return reason("canonical in ", first_of(static_cast<SourceSet>(seen & canonical)));
  }
  if (rule.twin == Twin::none || window_us_ <= 0) return {};
  // Time is cut into slices of one window each, so that a happening that recurs has a note for every time.
  const uint64_t key = happening(instance, meaning);
  const int64_t slice = time_us / window_us_;
  for (int64_t near = slice - 1; near <= slice + 1; ++near) {
    const RecentKeys::Note* note = happenings_.find(mix(key, near));
    if (note == nullptr || std::abs(note->time_us - time_us) > window_us_) continue;
    if (note->rule == &rule && note->source == source && rule.twin != Twin::again) continue;
    return reason("already told by ", note->source);
  }
  happenings_.put(mix(key, slice), {time_us, &rule, source});
  return {};
}

std::string Duplicates::check_copy(std::string_view instance, Source source, std::string_view bytes) {
  const uint64_t key = mix(mix(0, instance), bytes);
  const RecentKeys::Note* note = copies_.find(key);
  if (note != nullptr && note->source != source) return reason("copy of a record in ", note->source);
  copies_.put(key, {0, nullptr, source});
  return {};
}

}  // namespace marcus
