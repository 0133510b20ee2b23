#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "base/result.h"
#include "ingest/line_buffer.h"

namespace relay {

/// Which file it is, whatever its name. Inode numbers are used again after a deletion; the fingerprint tells
/// then.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  friend auto operator<=>(const FileIdentity&, const FileIdentity&) = default;
};

/// Reads the lines of one growing file, whole lines only: what follows the last line break waits for the
/// rest.
///
/// Owned by one source thread. The position outlives the descriptor: close() gives back descriptor and
/// buffer, and a later open() goes on where reading stopped. Memory is bounded by the longest line allowed. A
/// file that shrank, or whose first bytes changed, was truncated and is read again from its start.
class LineReader {
 public:
  using Line = LineBuffer::Line;
  enum class Next {
    line,
    too_long,  ///< a line over the limit ended; `Line` says where, its text is gone
    end,       ///< no further complete line now
    failed,    ///< the read failed; error() says how
  };

  /// The first bytes of a file, by which it is known again: how many, and what they hash to.
  struct Fingerprint {
    static constexpr uint32_t kMost = 256;
    uint32_t length = 0;
    uint64_t hash = 0;
  };

  /// With an `identity` only that file will do; without one the first file opened is adopted.
  explicit LineReader(int64_t max_line, FileIdentity identity = {})
      : max_line_(static_cast<uint64_t>(max_line)), identity_(identity), lines_(max_line_) {}
  ~LineReader() { close(); }
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  /// Opens `path`, never blocking; only a regular file will do. Another file than before fails with
  /// `replaced`, one with another beginning (its inode was used again) is read from its start.
  [[nodiscard]] Status open(const std::string& path);
  void close();
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

  /// The file must be open.
  [[nodiscard]] Next next(Line& line);

  /// Go on behind the last line break before `offset`, that is, with what was incomplete there. The file must
  /// be open and nothing read yet.
  void skip_to(uint64_t offset);

  /// Go on at `offset` of the file that began with `fingerprint`; open() tells whether it still does. Before
  /// the file is first opened.
  void resume(uint64_t offset, const Fingerprint& fingerprint);

  /// Offset of the first byte not handed out yet.
  [[nodiscard]] uint64_t position() const { return lines_.position(); }
  [[nodiscard]] const FileIdentity& identity() const { return identity_; }
  [[nodiscard]] const Fingerprint& fingerprint() const { return fingerprint_; }
  /// How often the file was truncated under the reader.
  [[nodiscard]] uint32_t restarts() const { return restarts_; }
  /// Names the file has now; 0 when it was deleted. The file must be open.
  [[nodiscard]] uint64_t links() const;
  [[nodiscard]] uint64_t size_now() const;
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  enum class Refill { more, none, failed };

  [[nodiscard]] Refill refill();
  [[nodiscard]] bool still_the_same();
  void extend_fingerprint(uint64_t size);
  void restart();

  const uint64_t max_line_;
  int fd_ = -1;
  FileIdentity identity_;
  LineBuffer lines_;
  uint32_t restarts_ = 0;
  Fingerprint fingerprint_;
  std::string error_;
};

}  // namespace relay
