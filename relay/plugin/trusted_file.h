#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "base/result.h"

namespace relay {

/// Which file that is, and in which state: what was overwritten in place is the same file in another state.
struct PluginFileId {
  uint64_t device = 0, inode = 0;
  int64_t bytes = 0;
  int64_t changed_ns = 0;  ///< when its content was written

  [[nodiscard]] bool same_file(const PluginFileId& other) const {
    return device == other.device && inode == other.inode;
  }
  bool operator==(const PluginFileId&) const = default;
};

/// An open file whose code we may run: regular, owned by us or root, writable by nobody else, in a place
/// where nobody else may put a different one. Owns the descriptor; what was checked is what the descriptor
/// reads.
class TrustedFile {
 public:
  /// Codes: plugin_not_found, plugin_symlink, plugin_not_readable, plugin_not_regular, plugin_foreign_owner,
  /// plugin_writable, plugin_writable_directory. The subject is the path.
  [[nodiscard]] static Result<TrustedFile> open(const std::filesystem::path& path);

  /// Takes over a descriptor of a file that was checked, by the relay, say.
  [[nodiscard]] static TrustedFile adopt(int descriptor) { return TrustedFile(descriptor); }

  TrustedFile(TrustedFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  TrustedFile& operator=(TrustedFile&&) = delete;
  ~TrustedFile();

  /// True when it begins as shared objects do.
  [[nodiscard]] bool is_elf() const;
  [[nodiscard]] PluginFileId identity() const;
  /// Stays this file's.
  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// A path that opens this very file, and that no other file ever had or will have in this process.
  [[nodiscard]] std::string unique_path() const;

 private:
  explicit TrustedFile(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace relay
