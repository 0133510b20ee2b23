// links: seneca_isolation
#include <cstdint>
#include <string>
#include <vector>

#include "isolation/outcome.h"

using namespace relay;

namespace {

EventRef event_of(const char* id) {
  EventFields fields;
  fields.id = id;
  fields.source = "/fuzz";
  fields.type = "a";
  fields.data = "{}";
  fields.time_us = 1;
  return Event::make(fields);
}

}  // namespace

// What the process of a plugin may answer: whatever it is, the batch stays whole.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const std::vector<EventRef> events = {event_of("1"), event_of("2"), event_of("3")};
  EventBatch batch({});
  batch.assign(events);
  if (const auto outcome = Outcome::read(bytes, 2)) outcome->apply(*batch.abi(), 1);
  batch.close();
  if (batch.changed(0) || batch.verdict(0) != Verdict::pass) __builtin_trap();  // it was not asked about
  for (uint32_t i = 0; i < batch.size(); ++i)
    if (batch.event(i).type().empty() || batch.event(i).id().empty()) __builtin_trap();
  return 0;
}
