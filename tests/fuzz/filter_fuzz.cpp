// links: seneca_event
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "event/envelope.h"
#include "event/filter.h"
#include "event/pattern.h"

namespace {

using namespace relay;

EventRef fixed_event() {
  EventFields fields;
  fields.id = "1";
  fields.source = "/s";
  fields.type = "a.b";
  fields.extensions = R"("ext":"x","num":1)";
  fields.data = R"({"a":[1,"x\ty",{"b":null}],"c":"\u00e4","d":1.5,"e":true})";
  return Event::make(fields);
}

// A filter and its negation never agree.
void check(const Result<Filter>& filter, const Event& event, std::string_view expression) {
  if (!filter || filter->matches_everything()) return;
  const bool verdict = filter->matches(event);
  const auto negated = Filter::parse("not (" + std::string(expression) + ")");
  if (negated && negated->matches(event) == verdict) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t line = std::min(text.find('\n'), text.size());
  const std::string_view expression = text.substr(0, line);
  const Result<EventRef> parsed =
      parse_event(text.substr(std::min(line + 1, text.size())), EnvelopeOptions{});
  const EventRef event = parsed ? *parsed : fixed_event();

  check(Filter::parse(expression), *event, expression);
  const Result<Filter> dialect = Filter::parse_cloudevents(expression);
  if (dialect) static_cast<void>(dialect->matches(*event));
  const Result<PatternSet> patterns = PatternSet::parse_list(expression);
  if (patterns) static_cast<void>(patterns->matches(event->type()));
  return 0;
}
