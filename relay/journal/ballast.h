#pragma once

#include <filesystem>

namespace relay {

/// A file that is there to be deleted when the disk is full: room to write down what was taken in already.
/// One thread.
class Ballast {
 public:
  static constexpr long kBytes = 16 << 20;

  /// Nothing is made yet.
  explicit Ballast(const std::filesystem::path& directory) : path_(directory / "ballast") {}

  /// False when there is no room for it: then there is none.
  [[nodiscard]] bool load();
  /// Gives its room away. False when it has none.
  [[nodiscard]] bool drop();

 private:
  const std::filesystem::path path_;
};

}  // namespace relay
