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

/// The exit status for an error of `ask_relay`.
[[nodiscard]] ExitCode exit_code_of_answer(const Error& error);

}  // namespace relay
