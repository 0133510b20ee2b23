#include "plugin/trusted_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace relay {
namespace {

tl::unexpected<Error> cannot_open(const std::filesystem::path& path, int error) {
  if (error == ENOENT || error == ENOTDIR)
    return fail("plugin_not_found", path.string(), "there is no such file; check the path");
  if (error == ELOOP)
    return fail("plugin_symlink", path.string(), "is a symbolic link; give the file it points to instead");
  return fail("plugin_not_readable", path.string(),
              "cannot be opened: " + std::generic_category().message(error) + "; `chmod u+r` it");
}

bool may_group_write(const struct stat& file) {
  return (file.st_mode & S_IWGRP) != 0 && file.st_gid != 0 && file.st_gid != ::getegid();
}

Status check_file(const std::filesystem::path& path, const struct stat& file) {
  const std::string name = path.string();
  if (!S_ISREG(file.st_mode))
    return fail("plugin_not_regular", name, "is not a regular file; give the .so file itself");
  if (file.st_uid != 0 && file.st_uid != ::geteuid())
    return fail("plugin_foreign_owner", name,
                "belongs to user " + std::to_string(file.st_uid) +
                    ", who could change what the relay runs; if you trust it, `chown " +
                    std::to_string(::geteuid()) + ' ' + name + '`');
  if ((file.st_mode & S_IWOTH) != 0 || may_group_write(file))
    return fail("plugin_writable", name,
                "may be written by others; if you trust it, `chmod go-w " + name + '`');
  return {};
}

// Group-writable directories are common (/usr/local/lib on Debian), and the file itself was checked: only
// places where just anybody may swap files are refused.
Status check_directories(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::path directory = std::filesystem::canonical(path, error).parent_path();
  while (!error && !directory.empty()) {
    struct stat entry {};
    if (::stat(directory.c_str(), &entry) != 0) break;
    if ((entry.st_mode & S_IWOTH) != 0 && (entry.st_mode & S_ISVTX) == 0)
      return fail("plugin_writable_directory", path.string(),
                  "lies in a directory everybody may write to; `chmod o-w " + directory.string() + '`');
    if (directory == directory.root_path()) return {};
    directory = directory.parent_path();
  }
  return fail("plugin_not_found", path.string(), "its directory went away meanwhile; try again");
}

}  // namespace

Result<TrustedFile> TrustedFile::open(const std::filesystem::path& path) {
  // O_NONBLOCK: opening a FIFO nobody writes to must not wait.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return cannot_open(path, errno);
  TrustedFile file(descriptor);
  struct stat entry {};
  if (::fstat(descriptor, &entry) != 0) return cannot_open(path, errno);
  if (Status status = check_file(path, entry); !status) return tl::unexpected(status.error());
  if (Status status = check_directories(path); !status) return tl::unexpected(status.error());
  return file;
}

TrustedFile::~TrustedFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool TrustedFile::is_elf() const {
  constexpr std::array<char, 4> kMagic = {0x7F, 'E', 'L', 'F'};
  std::array<char, 4> head{};
  return ::pread(descriptor_, head.data(), head.size(), 0) == static_cast<ssize_t>(head.size()) &&
         head == kMagic;
}

PluginFileId TrustedFile::identity() const {
  struct stat entry {};
  ::fstat(descriptor_, &entry);
  return {entry.st_dev, entry.st_ino, entry.st_size,
          int64_t{entry.st_mtim.tv_sec} * 1'000'000'000 + entry.st_mtim.tv_nsec};
}

std::string TrustedFile::unique_path() const {
  const PluginFileId file = identity();
  // The dynamic linker takes a name it has seen for the library it loaded then, and descriptor numbers are
  // used again. So device and inode are written into the name, bit by bit, as the slashes and "./" that a
  // path may hold at will. A loaded file keeps its inode, so no two loaded files share a name.
  std::string path = "/proc/self/fd/";
  for (const uint64_t identity : {file.device, file.inode})
    for (int bit = 0; bit < 64; ++bit) path += (identity >> bit & 1) != 0 ? "./" : "/";
  return path + std::to_string(descriptor_);
}

}  // namespace relay
