// links: seneca_event
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "event/envelope.h"
#include "event/json_check.h"
#include "event/serialize.h"

namespace {

using namespace relay;

void require(bool condition) {
  if (!condition) std::abort();
}

// Everything the relay writes about an event is JSON, and an event once taken is taken again.
void check_event(const Event& event, bool tolerant) {
  const JsonTolerance tolerance = tolerant ? JsonTolerance::lone_surrogates : JsonTolerance::strict;
  JsonLimits limits;
  limits.max_depth = kMaxJsonDepth + 2;  // the envelope around data that is as deep as data can be
  limits.max_members += 1;               // data that took metadata in
  std::string cloudevent;
  append_cloudevent_json(cloudevent, event, "epoch");
  require(check_json(cloudevent, limits, tolerance) == JsonFault::none);
  std::string seed;
  append_seed_json(seed, event);
  require(check_json(seed, limits, tolerance) == JsonFault::none);
  if (check_json(cloudevent) != JsonFault::none) return;

  EnvelopeOptions options;
  options.max_data = 1 << 24;
  const Result<EventRef> again = parse_event(cloudevent, options);
  require(again.has_value());
  const EventFields& before = event.fields();
  const EventFields& after = (*again)->fields();
  require(before.id == after.id && before.source == after.source && before.type == after.type);
  require(before.data == after.data && before.time_us == after.time_us && before.subject == after.subject);
  require(before.extensions.size() == after.extensions.size());
}

void fuzz_headers(std::string_view text, const EnvelopeOptions& options) {
  std::vector<HeaderField> headers = {
      {"ce-specversion", "1.0"}, {"ce-id", "1"}, {"ce-source", "/s"}, {"ce-type", "t"}};
  std::string_view content_type = "text/plain";
  while (!text.empty() && text.front() != '\n') {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() + (line.size() < text.size() ? 1 : 0));
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos)
      content_type = line;
    else
      headers.emplace_back(line.substr(0, colon), line.substr(colon + 1));
  }
  const Result<EventRef> event = event_from_cloudevent_headers(headers, content_type, text, options);
  if (event) check_event(**event, false);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const uint8_t choice = data[0];
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  EnvelopeOptions options;
  options.hint = static_cast<EnvelopeOptions::Hint>(choice % 6);
  options.tolerant = (choice & 64) != 0;
  options.max_events = 100;
  if ((choice & 128) != 0) {
    fuzz_headers(text, options);
    return 0;
  }
  const Result<EventRef> one = parse_event(text, options);
  if (one) check_event(**one, options.tolerant);
  const auto many = parse_events(text, options);
  if (one && !many) std::abort();
  if (many)
    for (const EventRef& event : *many) check_event(*event, options.tolerant);
  const auto lines = parse_ndjson(text, options);
  if (lines)
    for (const EventRef& event : *lines) check_event(*event, options.tolerant);
  return 0;
}
