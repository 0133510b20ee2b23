#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/output/stream.h"

struct ZSTD_CCtx_s;

namespace relay {

/// Text on its way to a file or to stdout, in large pieces; compressed when the file's name ends with .zst.
class FileOutput {
 public:
  /// Makes the file, or empties it. "" and "-" are stdout. Error `no_output`.
  [[nodiscard]] static Result<std::unique_ptr<FileOutput>> open(const std::string& path);
  ~FileOutput();
  FileOutput(const FileOutput&) = delete;
  FileOutput& operator=(const FileOutput&) = delete;

  [[nodiscard]] WriteOutcome write(std::string_view text);
  /// Writes what is left. Call once, at the end.
  [[nodiscard]] WriteOutcome finish();

 private:
  struct End {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  FileOutput(int descriptor, bool compress);
  [[nodiscard]] WriteOutcome flush(bool last);

  const int descriptor_;
  std::unique_ptr<ZSTD_CCtx_s, End> context_;  // null: as it is
  std::string buffer_;
};

}  // namespace relay
