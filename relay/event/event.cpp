#include "event/event.h"

#include <array>
#include <cstring>
#include <new>

namespace relay {
namespace {

constexpr std::array<std::string_view, 4> kPriorityNames = {"critical", "high", "normal", "low"};

// Every text attribute, so that copying and sizing cannot forget one.
constexpr std::array kTexts = {
    &EventFields::id,     &EventFields::source,   &EventFields::type,           &EventFields::subject,
    &EventFields::data,   &EventFields::severity, &EventFields::correlation_id, &EventFields::traceparent,
    &EventFields::origin, &EventFields::room,     &EventFields::extensions};

}  // namespace

std::string_view to_string(Priority priority) { return kPriorityNames[static_cast<size_t>(priority)]; }

bool parse_priority(std::string_view text, Priority& priority) {
  for (size_t i = 0; i < kPriorityNames.size(); ++i) {
    if (text != kPriorityNames[i]) continue;
    priority = static_cast<Priority>(i);
    return true;
  }
  return false;
}

Ref<Event> Event::make(const EventFields& fields) {
  size_t bytes = sizeof(Event);
  for (const auto text : kTexts) bytes += (fields.*text).size();
  void* storage = ::operator new(bytes);
  Event* event = new (storage) Event;
  event->fields_ = fields;
  event->footprint_ = static_cast<uint32_t>(bytes);
  char* at = reinterpret_cast<char*>(event + 1);
  for (const auto text : kTexts) {
    std::string_view& view = event->fields_.*text;
    if (!view.empty()) std::memcpy(at, view.data(), view.size());
    view = std::string_view(at, view.size());
    at += view.size();
  }
  return Ref<Event>::adopt(event);
}

void Event::destroy(const Event* event) {
  event->~Event();
  ::operator delete(const_cast<Event*>(event));
}

}  // namespace relay
