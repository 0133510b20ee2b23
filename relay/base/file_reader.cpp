#include "base/file_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace relay {

FileReader::FileReader(const std::string& path)
    : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
  if (descriptor_ < 0 || ::fstat(descriptor_, &info_) != 0) error_ = errno;
}

FileReader::~FileReader() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::string FileReader::read(size_t most) {
  std::string text(most + 1, '\0');
  size_t used = 0;
  while (used < text.size()) {
    const ssize_t count = ::read(descriptor_, text.data() + used, text.size() - used);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) error_ = errno;
    if (count <= 0) break;
    used += static_cast<size_t>(count);
  }
  text.resize(used);
  return text;
}

}  // namespace relay
