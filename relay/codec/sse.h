#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace relay {

/// Server-sent events (WHATWG HTML §9.2), the writing side. Pure. A line break inside `id` or `event` is left
/// out; one inside `data` begins another data line, so that the reader gets it back.

/// `id: …`, `event: …`, `data: …` and the blank line; an empty `id` or `event` has no line.
void append_sse_event(std::string& out, std::string_view id, std::string_view event, std::string_view data);

/// `: text`, which readers skip: keeps the connection in use.
void append_sse_comment(std::string& out, std::string_view text);

/// How long the reader waits before it connects again.
void append_sse_retry(std::string& out, int64_t retry_ms);

}  // namespace relay
