#include "config/config_file.h"

#include <cerrno>
#include <system_error>

#include "base/file_reader.h"
#include "config/loader.h"

namespace relay {

namespace {

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
  FileReader file(path);
  if (file.error() != 0) return cannot_read(path, file.error());
  if (const Status type = check_type(path, file.info()); !type) return tl::unexpected<Error>(type.error());
  std::string text = file.read(kMaxConfigFileBytes);
  if (file.error() != 0) return cannot_read(path, file.error());
  if (text.size() > kMaxConfigFileBytes) {
    return fail("file_too_large", path, "it is larger than 1 MiB, which no configuration is; check the path");
  }
  return text;
}

}  // namespace relay
