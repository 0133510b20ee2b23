#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/record_kind.h"

namespace relay {

/// One record of a simulated Marcus: a line of a log file, or the data of a row of the events table.
struct DemoRecord {
  RecordKind kind = RecordKind::agent_events;
  std::string json;
  int64_t time_us = 0;
};

/// Writes a simulated Marcus's records in the formats, with the keys in the order, and with the copies in
/// other files that Marcus makes. Time stamps stay open until a record is taken: the reader of the log owns
/// the clock.
class DemoLog {
 public:
  explicit DemoLog(int64_t start_us) : now_us_(start_us) {}

  void set_now(int64_t now_us) { now_us_ = now_us; }
  void advance_ms(int64_t ms) { now_us_ += ms * 1000; }
  [[nodiscard]] int64_t now_us() const { return now_us_; }

  // Where JSON is wanted, these stand for the time the record is taken at.
  static constexpr std::string_view kStamp = "\"\x01\"";      ///< ISO 8601 with +00:00
  static constexpr std::string_view kZuluStamp = "\"\x02\"";  ///< with Z

  /// The parameters named `…json` are JSON objects.
  void agent_event(std::string_view type, std::string_view data_json);
  void thinking(std::string_view thought, std::string_view context_json = "{}");
  void message(std::string_view worker, bool to_manager, std::string_view text,
               std::string_view metadata_json);
  void decision(std::string_view decision, std::string_view rationale, std::string_view alternatives_json,
                std::string_view confidence, std::string_view factors_json);
  void kanban(std::string_view action, bool to_kanban, std::string_view data_json);
  void tool_succeeded(std::string_view tool, std::string_view arguments_json, std::string_view response_json);
  void tool_failed(std::string_view tool, std::string_view arguments_json, std::string_view retry_reason,
                   std::string_view response_json);
  /// Also stored as an event of `source`, with a time stamp of its own in the data when `stamped_data`.
  void realtime(std::string_view type, std::string_view data_json, std::string_view source = "marcus",
                bool stamped_data = false);
  void event(std::string_view type, std::string_view source, std::string_view data_json);
  void client_registered(std::string_view client, std::string_view client_type, std::string_view role);

  /// When the earliest record not taken was written; INT64_MAX when there is none.
  [[nodiscard]] int64_t earliest_us() const;
  /// Takes the earliest record, stamped `time_us`; a copy keeps the stamp of the record before it.
  [[nodiscard]] DemoRecord take(int64_t time_us);

 private:
  struct Entry {
    int64_t time_us;
    uint64_t number;
    RecordKind kind;
    bool copy;
    std::string json;  // with marks for time stamps
    bool operator>(const Entry& other) const {
      return time_us != other.time_us ? time_us > other.time_us : number > other.number;
    }
  };
  void write(RecordKind kind, std::string json, bool copy = false);
  void talk(std::string_view logger, std::string_view level, std::string_view event,
            std::string_view fields_json);

  int64_t now_us_;
  int64_t last_taken_us_ = 0;
  uint64_t written_ = 0;
  uint64_t events_ = 0;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> entries_;
};

}  // namespace relay
