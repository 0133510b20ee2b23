#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace relay {

/// An expected failure, as a user or a peer gets to read it.
///
/// `code` is stable and lower_snake_case (tests and scripts match it); `subject` names what the error is
/// about (a file and line, a config key, a field, a plugin); `message` says what is wrong and how to mend it,
/// one sentence.
struct Error {
  std::string code;
  std::string subject;
  std::string message;

  /// "subject: message [code]", the one-line form shown on stderr and in logs.
  [[nodiscard]] std::string to_string() const;
};

/// The value, or why there is none. Exceptions are for start-up only; the data path returns these.
template <class T>
using Result = tl::expected<T, Error>;

using Status = Result<void>;

[[nodiscard]] inline tl::unexpected<Error> fail(std::string code, std::string subject, std::string message) {
  return tl::unexpected<Error>(Error{std::move(code), std::move(subject), std::move(message)});
}

}  // namespace relay
