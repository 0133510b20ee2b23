#include "event/extension.h"

namespace relay {

seneca::JsonView find_extension(std::string_view extensions, std::string_view name) {
  for (const seneca::JsonMember& member : seneca::JsonMembers(extensions))
    if (member.is(name)) return member.value;
  return {};
}

void append_extension(std::string& extensions, std::string_view name, std::string_view value) {
  if (!extensions.empty()) extensions += ',';
  seneca::append_json_string(extensions, name);
  extensions += ':';
  extensions += value;
}

}  // namespace relay
