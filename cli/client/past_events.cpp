#include "cli/client/past_events.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "cli/client/jsonl_input.h"
#include "cli/client/log_point.h"
#include "event/envelope.h"
#include "journal/journal_file.h"
#include "journal/topics.h"

namespace relay {
namespace {

constexpr int kBlocksAtOnce = 4;  // a mebibyte of events, decompressed
constexpr size_t kLinesAtOnce = 1000;

class JournalEvents final : public PastEvents {
 public:
  JournalEvents(JournalFile file, PastSelection selection, uint64_t from, uint64_t to)
      : file_(std::move(file)), selection_(std::move(selection)), first_(from), from_(from), to_(to) {
    if (!selection_.subject.empty()) topic_ = subject_topic(selection_.subject);
  }

  Result<bool> next(std::vector<EventRef>& out) override {
    out.clear();
    while (out.empty() && from_ <= to_) {
      const uint64_t before = from_;
      const Status read = file_.read(from_, topic_, kBlocksAtOnce,
                                     [&](const JournalFile::StoredBlock& block) { return take(block, out); });
      if (!read) return tl::unexpected(read.error());
      if (from_ == before) from_ = to_ + 1;
    }
    return !out.empty();
  }
  [[nodiscard]] uint64_t done() const override { return std::min(from_, to_ + 1) - first_; }
  [[nodiscard]] uint64_t total() const override { return to_ + 1 - first_; }

 private:
  // Between two pages the relay may have merged blocks: one may begin before what comes next.
  bool take(JournalFile::StoredBlock block, std::vector<EventRef>& out) {
    if (block.first > to_) return false;
    events_.clear();
    if (const Status decoded = decode_stored(decoder_, block, events_); !decoded)
      damages_.push_back("offsets " + std::to_string(std::max(block.first, from_)) + " to " +
                         std::to_string(block.last) + " are left out: " + decoded.error().message);
    for (EventRef& event : events_)
      if (event->offset() >= from_ && event->offset() <= to_ && selection_.takes(*event))
        out.push_back(std::move(event));
    from_ = block.last + 1;
    return true;
  }

  JournalFile file_;
  const PastSelection selection_;
  BlockDecoder decoder_{[this](uint32_t id) { return file_.dictionary(id); }};
  std::optional<uint64_t> topic_;
  const uint64_t first_;
  uint64_t from_;
  const uint64_t to_;
  std::vector<EventRef> events_;
};

class LineEvents final : public PastEvents {
 public:
  LineEvents(std::unique_ptr<JsonlInput> input, PastSelection selection)
      : input_(std::move(input)), selection_(std::move(selection)) {
    envelope_.max_data = JsonlInput::kMaxLine;
    envelope_.reserved_types = true;
  }

  Result<bool> next(std::vector<EventRef>& out) override {
    out.clear();
    for (size_t looked = 0; looked < kLinesAtOnce || out.empty(); ++looked) {
      std::string_view line;
      const auto taken = input_->next(line);
      if (!taken) return tl::unexpected(taken.error());
      if (*taken == JsonlInput::Take::end) break;
      const std::string where = "line " + std::to_string(input_->line_number());
      if (*taken == JsonlInput::Take::too_long) {
        damages_.push_back(where + " is left out: it is longer than 16 MiB");
        continue;
      }
      envelope_.now_wall_us = SystemClock().wall_us();
      auto event = parse_event(line, envelope_);
      if (!event) {
        damages_.push_back(where + " is left out: " + event.error().to_string());
        continue;
      }
      (*event)->set_offset(input_->line_number());
      if (selection_.takes(**event)) out.push_back(std::move(*event));
    }
    return !out.empty();
  }
  [[nodiscard]] uint64_t done() const override { return input_->bytes_read(); }
  [[nodiscard]] uint64_t total() const override { return input_->bytes(); }

 private:
  std::unique_ptr<JsonlInput> input_;
  const PastSelection selection_;
  EnvelopeOptions envelope_;
};

}  // namespace

void add_past_options(CLI::App& verb, PastChoice& choice) {
  verb.add_option("--since", choice.since,
                  "Only what happened then or later: 5m, an RFC 3339 time or offset:N")
      ->type_name("WHEN");
  verb.add_option("--until", choice.until, "Only what happened before; offset:N is the last one")
      ->type_name("WHEN");
  verb.add_option("--match", choice.match, "Only these types (repeatable)")
      ->type_name("PATTERN")
      ->allow_extra_args(false);
  verb.add_option("--filter", choice.filter, "Only events for which the expression holds")->type_name("EXPR");
  verb.add_option("--subject", choice.subject, "Only events about this; found by an index")
      ->type_name("SUBJECT");
}

Result<PastSelection> PastSelection::make(const PastChoice& choice, int64_t now_us) {
  PastSelection selection;
  selection.subject = choice.subject;
  auto match = PatternSet::parse(choice.match);
  if (!match) return tl::unexpected(match.error());
  selection.match_ = *std::move(match);
  auto filter = Filter::parse(choice.filter);
  if (!filter) return tl::unexpected(filter.error());
  selection.filter_ = *std::move(filter);
  if (!choice.since.empty()) {
    const auto since = parse_log_point(choice.since, now_us);
    if (!since) return tl::unexpected(since.error());
    if (since->offset)
      selection.from = std::max<uint64_t>(1, *since->offset);
    else
      selection.since_us = since->time_us;
  }
  if (choice.until.empty()) return selection;
  const auto until = parse_log_point(choice.until, now_us);
  if (!until) return tl::unexpected(until.error());
  if (until->offset)
    selection.to = *until->offset;
  else
    selection.until_us_ = until->time_us;
  return selection;
}

bool PastSelection::takes(const Event& event) const {
  return event.offset() >= from && event.offset() <= to && event.time_us() >= since_us &&
         event.time_us() < until_us_ && (subject.empty() || event.subject() == subject) &&
         match_.matches(event.type()) && filter_.matches(event);
}

Result<std::unique_ptr<PastEvents>> past_of_journal(JournalFile file, PastSelection selection) {
  const auto bounds = file.bounds();
  if (!bounds) return tl::unexpected(bounds.error());
  uint64_t from = std::max(selection.from, bounds->first);
  if (selection.since_us != INT64_MIN) {
    const auto first = file.first_since(selection.since_us);
    if (!first) return tl::unexpected(first.error());
    from = std::max(from, first->value_or(bounds->last + 1));
  }
  const uint64_t to = std::min(selection.to, bounds->last);
  return std::make_unique<JournalEvents>(std::move(file), std::move(selection), std::min(from, to + 1), to);
}

std::unique_ptr<PastEvents> past_of_lines(std::unique_ptr<JsonlInput> input, PastSelection selection) {
  return std::make_unique<LineEvents>(std::move(input), std::move(selection));
}

}  // namespace relay
