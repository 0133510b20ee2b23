#include "conflate/held_event.h"

#include <string_view>

namespace conflate {
namespace {

struct Field {
  const char* name;
  std::string HeldEvent::*held;
  std::string_view (seneca::Event::*read)() const noexcept;
  std::string_view seneca::NewEvent::*made;
};
constexpr Field kFields[] = {
    // the texts; data is JSON
    {"id", &HeldEvent::id, &seneca::Event::id, &seneca::NewEvent::id},
    {"source", &HeldEvent::source, &seneca::Event::source, &seneca::NewEvent::source},
    {"type", &HeldEvent::type, &seneca::Event::type, &seneca::NewEvent::type},
    {"subject", &HeldEvent::subject, &seneca::Event::subject, &seneca::NewEvent::subject},
    {"severity", &HeldEvent::severity, &seneca::Event::severity, &seneca::NewEvent::severity},
    {"correlation_id", &HeldEvent::correlation_id, &seneca::Event::correlation_id,
     &seneca::NewEvent::correlation_id},
    {"traceparent", &HeldEvent::traceparent, &seneca::Event::traceparent, &seneca::NewEvent::traceparent},
    {"origin", &HeldEvent::origin, &seneca::Event::origin, &seneca::NewEvent::origin},
    {"room", &HeldEvent::room, &seneca::Event::room, &seneca::NewEvent::room},
    {"extensions", &HeldEvent::extensions, &seneca::Event::extensions, &seneca::NewEvent::extensions},
};

}  // namespace

HeldEvent::HeldEvent(const seneca::Event& event) : time_us(event.time_us()), priority(event.priority()) {
  data = event.data();
  for (const Field& field : kFields) this->*field.held = (event.*field.read)();
}

HeldEvent::HeldEvent(const seneca::JsonView& saved)
    : time_us(saved.get("time_us").integer()),
      priority(static_cast<seneca::Priority>(saved.get("priority").integer())) {
  data = saved.get("data").raw();
  for (const Field& field : kFields) this->*field.held = saved.get(field.name).string();
}

seneca::NewEvent HeldEvent::to_new() const {
  seneca::NewEvent event;
  event.data = data;
  for (const Field& field : kFields) event.*field.made = this->*field.held;
  event.time_us = time_us;
  event.priority = priority;
  return event;
}

void HeldEvent::append_json(std::string& out) const {
  out += "{\"time_us\":" + std::to_string(time_us) +
         ",\"priority\":" + std::to_string(static_cast<int32_t>(priority));
  for (const Field& field : kFields) {
    if ((this->*field.held).empty()) continue;
    out += ",\"";
    out += field.name;
    out += "\":";
    seneca::append_json_string(out, this->*field.held);
  }
  if (!data.empty()) out += ",\"data\":" + data;
  out += '}';
}

size_t HeldEvent::footprint() const {
  size_t bytes = sizeof *this + data.size();
  for (const Field& field : kFields) bytes += (this->*field.held).size();
  return bytes;
}

}  // namespace conflate
