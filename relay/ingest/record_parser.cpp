#include "ingest/record_parser.h"

#include "event/envelope.h"

namespace relay {
namespace {

constexpr int64_t kReportWindowUs = 60'000'000;
constexpr int kReportsPerWindow = 10;

EnvelopeOptions::Hint hint_for(RecordKind kind) {
  using Hint = EnvelopeOptions::Hint;
  switch (kind) {
    case RecordKind::agent_events:
      return Hint::agent_events;
    case RecordKind::realtime:
      return Hint::realtime;
    case RecordKind::audit:
      return Hint::audit;
    case RecordKind::events:
      return Hint::events;
    case RecordKind::conversations:
    case RecordKind::decisions:
      break;
  }
  return Hint::conversations;
}

}  // namespace

RecordParser::RecordParser(const SourceConfig& config, Clock& clock, Logger& logger, StatusBoard& board)
    : config_(config), clock_(clock), logger_(logger), board_(board) {
  for (size_t kind = 0; kind < sources_.size(); ++kind)
    sources_[kind] =
        "/marcus/" + config.instance + "/" + std::string(to_string(static_cast<RecordKind>(kind)));
}

EventRef RecordParser::parse(const RecordPlace& place, std::string_view record) {
  bytes_ += record.size();
  const std::string id = std::string(place.file) + ":" + std::to_string(place.offset);
  uint64_t repaired = 0;
  EnvelopeOptions options;
  options.default_source = sources_[static_cast<size_t>(place.kind)];
  options.now_wall_us = clock_.wall_us();
  options.naive_tz_offset_s = config_.naive_tz_offset_s;
  options.max_data = static_cast<size_t>(config_.max_line);
  options.fallback_id = id;
  options.hint = hint_for(place.kind);
  options.backfill = place.backfill;
  options.tolerant = true;
  options.repaired = &repaired;
  Result<EventRef> event = parse_event(record, options);
  if (!event) {
    skip(place, event.error().to_string());
    return {};
  }
  if (repaired > 0) board_.update([](SourceStatus& status) { ++status.repaired; });
  return std::move(*event);
}

void RecordParser::skip(const RecordPlace& place, std::string_view why) {
  const std::string where = std::string(place.file) + ":" + std::to_string(place.offset);
  board_.update([&](SourceStatus& status) {
    ++status.skipped_lines;
    status.last_error = where + ": " + std::string(why);
  });
  if (may_report(place.file)) logger_.warn("ingest", where + " skipped: " + std::string(why));
}

// A file full of rubbish gets one line, and many such files no more than a few a minute.
bool RecordParser::may_report(std::string_view file) {
  if (file == last_reported_file_) return false;
  const int64_t now_us = clock_.monotonic_us();
  if (reports_in_window_ == 0 || now_us - report_window_us_ >= kReportWindowUs) {
    report_window_us_ = now_us;
    reports_in_window_ = 0;
  }
  if (reports_in_window_ >= kReportsPerWindow) return false;
  ++reports_in_window_;
  last_reported_file_ = file;
  return true;
}

}  // namespace relay
