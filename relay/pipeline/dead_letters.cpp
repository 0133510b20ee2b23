#include "pipeline/dead_letters.h"

#include <utility>

#include "event/extension.h"

namespace relay {
namespace {

std::string quoted(std::string_view text) {
  std::string json;
  seneca::append_json_string(json, text);
  return json;
}

}  // namespace

void DeadLetters::keep(const Event& event, std::string_view plugin, std::string_view reason) {
  std::string extensions;
  for (const seneca::JsonMember& member : seneca::JsonMembers(event.fields().extensions)) {
    if (member.is(dead_letter::kPlugin) || member.is(dead_letter::kReason)) continue;  // it was one before
    append_extension(extensions, member.key(), member.value.raw());
  }
  append_extension(extensions, dead_letter::kPlugin, quoted(plugin));
  append_extension(extensions, dead_letter::kReason, quoted(reason));
  EventFields fields = event.fields();
  fields.extensions = extensions;
  kept_.push_back(Event::make(fields));
}

void DeadLetters::flush() {
  if (kept_.empty()) return;
  log_.append(std::exchange(kept_, {}));
  grown_();
}

}  // namespace relay
