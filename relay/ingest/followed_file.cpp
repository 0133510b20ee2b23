#include "ingest/followed_file.h"

#include <algorithm>
#include <utility>

#include "ingest/open_files.h"

namespace relay {

Status FollowedFile::open() {
  if (Status opened = reader_.open(path_); !opened) return opened;
  if (start_ > 0) reader_.skip_to(std::exchange(start_, 0));
  notice_restart();
  return {};
}

EventRef FollowedFile::next() {
  // A file full of rubbish must not keep the thread from stopping.
  while (context_.open_files.use(*this) && !context_.stop.raised()) {
    LineReader::Line line;
    const LineReader::Next what = reader_.next(line);
    notice_restart();
    if (what == LineReader::Next::end) return {};
    if (what == LineReader::Next::failed) {
      context_.open_files.failed(*this, path_ + ": " + reader_.error());
      return {};
    }
    if (what == LineReader::Next::too_long) {
      context_.parser.skip(place(line), "line is longer than max_line");
    } else if (EventRef event = context_.parser.parse(place(line), line.text)) {
      mark_ = {line.end, reader_.restarts()};
      return event;
    }
  }
  return {};
}

std::optional<SourcePosition> FollowedFile::position(const RecordMark& mark) const {
  if (mark.count != reader_.restarts()) return std::nullopt;
  return source_position(context_.source, {reader_.identity(), mark.at, reader_.fingerprint(), kind_, path_});
}

std::optional<SourcePosition> FollowedFile::position() const {
  return position({std::max(start_, reader_.position()), reader_.restarts()});
}

RecordPlace FollowedFile::place(const LineReader::Line& line) const {
  const std::string_view path = path_;
  return {kind_, path.substr(path.rfind('/') + 1), line.offset, line.end <= backfill_end_};
}

void FollowedFile::notice_restart() {
  const uint32_t more = reader_.restarts() - std::exchange(restarts_, reader_.restarts());
  if (more == 0) return;
  backfill_end_ = 0;
  context_.board.update([more](SourceStatus& status) { status.restarts += more; });
}

}  // namespace relay
