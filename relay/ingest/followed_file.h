#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "event/event.h"
#include "ingest/line_reader.h"
#include "ingest/positions.h"
#include "ingest/record_merge.h"
#include "ingest/record_parser.h"
#include "ingest/stop_signal.h"

namespace relay {

class OpenFiles;

/// One log file being followed: its name, how far it was read, and, while there is something to read, the
/// open reader. Small while closed. Owned by the FileTable. [source thread]
class FollowedFile final : public RecordInput {
 public:
  /// What every file of a source needs.
  struct Context {
    RecordParser& parser;
    StatusBoard& board;
    const StopSignal& stop;
    OpenFiles& open_files;
    int64_t max_line;
    std::string source;  ///< name of the source
  };

  FollowedFile(const Context& context, std::string path, RecordKind kind, FileIdentity identity)
      : context_(context), path_(std::move(path)), kind_(kind), reader_(context.max_line, identity) {}

  [[nodiscard]] EventRef next() override;
  [[nodiscard]] RecordMark mark() const override { return mark_; }
  [[nodiscard]] std::optional<SourcePosition> position(const RecordMark& mark) const override;
  /// Behind all that was read or is not to be read.
  [[nodiscard]] std::optional<SourcePosition> position() const;
  [[nodiscard]] RecordKind kind() const override { return kind_; }

  /// Records before this byte were there before the relay.
  void set_backfill_end(uint64_t offset) { backfill_end_ = offset; }
  /// Read only what follows this byte. Before the file is first opened.
  void set_start(uint64_t offset) { start_ = offset; }
  /// Go on where an earlier run stood. Before the file is first opened.
  void resume(const FilePosition& position) { reader_.resume(position.offset, position.fingerprint); }

  [[nodiscard]] const std::string& path() const { return path_; }
  void set_path(std::string path) { path_ = std::move(path); }
  void set_kind(RecordKind kind) { kind_ = kind; }
  [[nodiscard]] LineReader& reader() { return reader_; }
  [[nodiscard]] const LineReader& reader() const { return reader_; }

  /// Opens the reader when it is closed. OpenFiles calls it, to bound how many are.
  [[nodiscard]] Status open();

  // Bookkeeping of FileTable and OpenFiles.
  int64_t used_at_us = 0;      ///< last read from, monotonic
  int64_t detached_at_us = 0;  ///< when its name vanished; 0 while it has one
  uint64_t links = 1;          ///< names it had when last looked at
  uint64_t size = 0;           ///< likewise
  int64_t modified_us = 0;     ///< likewise

 private:
  [[nodiscard]] RecordPlace place(const LineReader::Line& line) const;
  void notice_restart();

  const Context& context_;
  std::string path_;
  RecordKind kind_;
  LineReader reader_;
  RecordMark mark_;
  uint64_t start_ = 0;
  uint64_t backfill_end_ = 0;
  uint32_t restarts_ = 0;
};

}  // namespace relay
