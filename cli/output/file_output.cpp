#include "cli/output/file_output.h"

#include <fcntl.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>

namespace relay {
namespace {

constexpr size_t kPieceBytes = 128 << 10;

}  // namespace

void FileOutput::End::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }

Result<std::unique_ptr<FileOutput>> FileOutput::open(const std::string& path) {
  if (path.empty() || path == "-") return std::unique_ptr<FileOutput>(new FileOutput(STDOUT_FILENO, false));
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0)
    return fail("no_output", path, std::string("cannot be written (") + std::strerror(errno) + ")");
  return std::unique_ptr<FileOutput>(new FileOutput(descriptor, path.ends_with(".zst")));
}

FileOutput::FileOutput(int descriptor, bool compress) : descriptor_(descriptor) {
  if (!compress) return;
  context_.reset(ZSTD_createCCtx());
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
}

FileOutput::~FileOutput() {
  if (descriptor_ != STDOUT_FILENO) ::close(descriptor_);
}

WriteOutcome FileOutput::write(std::string_view text) {
  buffer_ += text;
  return buffer_.size() < kPieceBytes ? WriteOutcome::ok : flush(false);
}

WriteOutcome FileOutput::finish() { return flush(true); }

WriteOutcome FileOutput::flush(bool last) {
  if (context_ == nullptr) {
    const WriteOutcome outcome = write_all(descriptor_, buffer_);
    buffer_.clear();
    return outcome;
  }
  ZSTD_inBuffer in{buffer_.data(), buffer_.size(), 0};
  std::string piece(ZSTD_CStreamOutSize(), '\0');
  for (bool done = false; !done;) {
    ZSTD_outBuffer out{piece.data(), piece.size(), 0};
    const size_t left = ZSTD_compressStream2(context_.get(), &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);
    done = last ? left == 0 : in.pos == in.size;
    const WriteOutcome outcome = write_all(descriptor_, std::string_view(piece).substr(0, out.pos));
    if (outcome != WriteOutcome::ok) return outcome;
  }
  buffer_.clear();
  return WriteOutcome::ok;
}

}  // namespace relay
