#pragma once

#include <string>

#include "base/result.h"

namespace relay {

enum class KeyFileKind {
  secret,  ///< nobody else may read or write it
  open,    ///< others may read it, but not write it
};

/// The bytes of a regular file of at most 256 KiB, never waiting for a writer. Errors: `key_file_missing`,
/// `key_file_unreadable`, `key_file_too_large`, `key_file_exposed`, `key_file_writable`.
[[nodiscard]] Result<std::string> read_key_file(const std::string& path, KeyFileKind kind);

/// A secret as a file holds it, without the end of its last line when it is text.
[[nodiscard]] std::string secret_of(std::string text);

}  // namespace relay
