#include "config/config_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "config/loader.h"

namespace relay {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  const int fd_;
};

tl::unexpected<Error> cannot_read(const std::string& path, int error) {
  const std::string why = std::generic_category().message(error);
  if (error == ENOENT) return fail("no_file", path, "there is no such file; check the path");
  if (error == EACCES) return fail("unreadable", path, "it may not be read; grant this user read permission");
  return fail("unreadable", path, "it cannot be read (" + why + "); check the path");
}

Status check_type(const std::string& path, const struct stat& info) {
  if (S_ISREG(info.st_mode)) return {};
  std::string what = "a device or socket";
  if (S_ISDIR(info.st_mode)) what = "a directory";
  if (S_ISFIFO(info.st_mode)) what = "a FIFO";
  return fail("not_a_file", path, "this is " + what + "; name a regular file");
}

}  // namespace

Result<std::string> read_config_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat info {};
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0) return cannot_read(path, errno);
  if (const Status type = check_type(path, info); !type) return tl::unexpected<Error>(type.error());

  std::string text(kMaxConfigFileBytes + 1, '\0');
  size_t used = 0;
  while (used < text.size()) {
    const ssize_t count = ::read(file.get(), text.data() + used, text.size() - used);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot_read(path, errno);
    if (count == 0) break;
    used += static_cast<size_t>(count);
  }
  if (used > kMaxConfigFileBytes) {
    return fail("file_too_large", path, "it is larger than 1 MiB, which no configuration is; check the path");
  }
  text.resize(used);
  return text;
}

}  // namespace relay
