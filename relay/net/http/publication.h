#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/event.h"
#include "net/http/exchange.h"

namespace relay {

/// What the endpoints that publish events have in common. [shard]

/// The request's body, out of its zstd frame if it has one; then `storage` holds it. Errors
/// `unsupported_encoding` and those of decompress_zstd.
[[nodiscard]] Result<std::string_view> plain_body(HttpExchange& exchange, std::string& storage);

/// The media type of the body, without parameters.
[[nodiscard]] std::string_view media_type(const HttpExchange& exchange);
/// True for JSON, and for what curl says when nobody told it what it sends.
[[nodiscard]] bool is_json_type(std::string_view media_type);

/// The events in the body of POST /api/v1/events, by the rules for its media type.
[[nodiscard]] Result<std::vector<EventRef>> read_events(HttpExchange& exchange);

/// Answers with a problem that has the error's code, and counts the refusal.
void refuse_publication(HttpExchange& exchange, const Error& error);

/// Hands the events to the pipeline, which answers; or answers 429 when it takes no more.
void submit_publication(HttpExchange& exchange, std::vector<EventRef> events);

}  // namespace relay
