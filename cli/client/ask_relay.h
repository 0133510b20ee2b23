#pragma once

#include <string>

#include "base/result.h"
#include "cli/exit_codes.h"
#include "cli/global_options.h"

namespace relay {

class ClientLoop;

/// GETs `target` ("/api/v1/stats") from the relay that `global` names and returns the body. Errors: `denied`,
/// or another code when there is no relay or no such answer; the message is for people.
[[nodiscard]] Result<std::string> ask_relay(ClientLoop& loop, const GlobalOptions& global,
                                            const std::string& target);

/// POSTs an order, by default an empty one, to `target` and returns what the relay answered. Errors as above,
/// and `refused`: then the message is the relay's own.
[[nodiscard]] Result<std::string> order_relay(ClientLoop& loop, const GlobalOptions& global,
                                              const std::string& target, std::string body = "");

/// `text` as one value in a path or query.
[[nodiscard]] std::string percent_encode(const std::string& text);

/// The exit status for an error of `ask_relay` or `order_relay`.
[[nodiscard]] ExitCode exit_code_of_answer(const Error& error);

}  // namespace relay
