#include "journal/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace relay {

Result<DirectoryLock> DirectoryLock::take(const std::filesystem::path& directory) {
  const auto cannot = [&directory](int error) {
    return fail(
        "journal_directory", directory.string(),
        std::string("cannot be used (") + std::strerror(error) +
            "); name a directory that may be written with --data-dir, or do without with --no-journal");
  };
  std::error_code made;
  std::filesystem::create_directories(directory, made);
  if (made) return cannot(made.value());
  const std::filesystem::path path = directory / "lock";
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return cannot(errno);
  DirectoryLock lock(descriptor);
  std::array<char, 32> text{};
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const ssize_t count = ::pread(descriptor, text.data(), text.size() - 1, 0);
    return fail("journal_in_use", directory.string(),
                "is in use by process " +
                    std::string(text.data(), count > 0 ? static_cast<size_t>(count) : 0) +
                    "; stop that, or name another directory with --data-dir");
  }
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(descriptor, 0) != 0 || ::pwrite(descriptor, pid.data(), pid.size(), 0) < 0)
    return cannot(errno);
  return lock;
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}
DirectoryLock::~DirectoryLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace relay
