#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace schema {

/// One JSON Schema, draft 7, compiled. References go to places in itself only. Immutable; used on one thread.
class Document {
 public:
  /// Throws std::invalid_argument when `text` is no such schema. `name` is for that error.
  Document(const std::string& name, std::string_view text);
  ~Document();
  Document(Document&&) noexcept;
  Document& operator=(Document&&) = delete;

  /// The first thing in which `data`, one JSON value or nothing, differs from the schema: "at /a/0: …". ""
  /// when there is none.
  [[nodiscard]] std::string violation(std::string_view data) const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace schema
