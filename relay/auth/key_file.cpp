#include "auth/key_file.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/file_reader.h"

namespace relay {
namespace {

constexpr size_t kMaxBytes = 256 * 1024;

tl::unexpected<Error> cannot_read(const std::string& path, int error) {
  if (error == ENOENT) return fail("key_file_missing", path, "there is no such file; check the path");
  return fail("key_file_unreadable", path,
              "it cannot be read (" + std::generic_category().message(error) + "); grant this user to");
}

Status check_mode(const std::string& path, const struct stat& file, KeyFileKind kind) {
  if (!S_ISREG(file.st_mode))
    return fail("key_file_unreadable", path, "it is no regular file; name the file itself");
  const bool foreign_group = file.st_gid != 0 && file.st_gid != ::getegid();
  if ((file.st_mode & S_IWOTH) != 0 || ((file.st_mode & S_IWGRP) != 0 && foreign_group))
    return fail("key_file_writable", path,
                "others may write it, and so say who gets in; `chmod go-w " + path + '`');
  if (kind == KeyFileKind::open) return {};
  if ((file.st_mode & S_IROTH) != 0 || ((file.st_mode & S_IRGRP) != 0 && foreign_group))
    return fail("key_file_exposed", path,
                "others may read this secret, and so make tokens of their own; `chmod go= " + path +
                    "`, and change the secret");
  return {};
}

}  // namespace

Result<std::string> read_key_file(const std::string& path, KeyFileKind kind) {
  FileReader file(path);
  if (file.error() != 0) return cannot_read(path, file.error());
  if (Status mode = check_mode(path, file.info(), kind); !mode) return tl::unexpected<Error>(mode.error());
  std::string text = file.read(kMaxBytes);
  if (file.error() != 0) return cannot_read(path, file.error());
  if (text.size() > kMaxBytes)
    return fail("key_file_too_large", path, "it is larger than 256 KiB, which no key file is");
  return text;
}

// Who writes a secret as text ends the line, and does not mean it; a secret of bytes may end with any byte.
std::string secret_of(std::string text) {
  const auto printable = [](char c) { return c >= 0x20 && c < 0x7F; };
  const size_t end = text.find_last_not_of("\r\n");
  if (end == std::string::npos) return text;
  const auto last = text.begin() + static_cast<std::ptrdiff_t>(end) + 1;
  if (std::all_of(text.begin(), last, printable)) text.erase(last, text.end());
  return text;
}

}  // namespace relay
