#include "session/permission.h"

#include <string>

namespace relay {
namespace {

tl::unexpected<Error> forbidden(std::string subject, std::string_view role_key) {
  return fail("forbidden", std::move(subject),
              "is not allowed to this token; a role with it in its " + std::string(role_key) + " is needed");
}

}  // namespace

Status check_types(const Access* access, const PatternSet& match) {
  if (access == nullptr) return {};
  for (const Pattern& pattern : match.patterns())
    if (pattern.text().find('*') == std::string::npos && !access->may_read(pattern.text()))
      return forbidden("type " + pattern.text(), "types");
  return {};
}

Status check_selection(const Access* access, const Selection& selection, std::string_view namespace_) {
  if (Status types = check_types(access, selection.match); !types) return types;
  for (const std::string& room : selection.rooms)
    if (Status allowed = check_room(access, {namespace_, room}); !allowed) return allowed;
  return {};
}

Status check_room(const Access* access, const Place& place) {
  if (access == nullptr || access->may_join(place)) return {};
  return forbidden("room " + std::string(place.room), "rooms");
}

Status check_namespace(const Access* access, std::string_view namespace_) {
  if (access == nullptr || access->may_enter(namespace_)) return {};
  return forbidden("namespace " + std::string(namespace_), "namespaces");
}

Status check_publish(const Access* access, const std::vector<EventRef>& events) {
  if (access == nullptr) return {};
  for (const EventRef& event : events) {
    if (access->may_publish(event->type(), event->room())) continue;
    if (access->may_publish(event->type())) return forbidden("room " + std::string(event->room()), "rooms");
    return forbidden("type " + std::string(event->type()), "publish");
  }
  return {};
}

}  // namespace relay
