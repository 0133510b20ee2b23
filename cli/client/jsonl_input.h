#pragma once

#include <csignal>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct ZSTD_DCtx_s;

namespace relay {

/// The lines of a file or of standard input, which may be compressed with zstd. Holds one line and some more.
/// While it exists SIGINT and SIGTERM end the reading instead of the process. One thread, which blocks.
class JsonlInput {
 public:
  static constexpr size_t kMaxLine = 16u << 20;

  /// "-" is standard input. Error `no_input`.
  [[nodiscard]] static Result<std::unique_ptr<JsonlInput>> open(const std::string& path);
  ~JsonlInput();
  JsonlInput(const JsonlInput&) = delete;
  JsonlInput& operator=(const JsonlInput&) = delete;

  enum class Take { line, too_long, end };
  /// The next line that is not blank, valid until the next call. Errors `interrupted`, `no_input`.
  [[nodiscard]] Result<Take> next(std::string_view& line);
  /// Of the line that `next` returned last, from 1.
  [[nodiscard]] uint64_t line_number() const { return line_number_; }
  /// What was read of the file, and its size: 0 when that is not known.
  [[nodiscard]] uint64_t bytes_read() const { return bytes_read_; }
  [[nodiscard]] uint64_t bytes() const { return bytes_; }

 private:
  struct End {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  JsonlInput(int descriptor, std::string path);
  [[nodiscard]] Status fill();
  [[nodiscard]] Status read_some();
  [[nodiscard]] Status decompress_some();
  [[nodiscard]] tl::unexpected<Error> unreadable(const std::string& why) const;

  const int descriptor_;
  const std::string path_;
  sigset_t before_{};
  int signals_ = -1;
  uint64_t bytes_ = 0, bytes_read_ = 0, line_number_ = 0;
  bool ended_ = false;  // of the file
  std::string raw_;     // not yet decompressed
  size_t raw_at_ = 0;
  bool begun_ = false;                         // it is known whether it is compressed
  bool more_waits_ = false;                    // in the context
  size_t frame_left_ = 0;                      // 0 between two frames
  std::unique_ptr<ZSTD_DCtx_s, End> context_;  // null: not compressed
  std::string text_;
  size_t at_ = 0, searched_ = 0;
};

}  // namespace relay
