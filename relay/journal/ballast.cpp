#include "journal/ballast.h"

#include <fcntl.h>
#include <unistd.h>

namespace relay {

bool Ballast::load() {
  const int fd = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return false;
  const bool full = ::posix_fallocate(fd, 0, kBytes) != 0;
  ::close(fd);
  if (full) ::unlink(path_.c_str());
  return !full;
}

bool Ballast::drop() { return ::unlink(path_.c_str()) == 0; }

}  // namespace relay
