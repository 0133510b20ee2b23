#include "session/describe.h"

namespace relay {

std::string describe(const Selection& selection) {
  std::string text;
  for (const Pattern& pattern : selection.match.patterns()) {
    if (!text.empty()) text += ',';
    text += pattern.text();
  }
  if (text.empty()) text = "**";
  if (!selection.filter.matches_everything()) text += " where " + selection.filter.text();
  for (size_t i = 0; i < selection.rooms.size(); ++i) {
    text += i == 0 ? " in " : ",";
    text += selection.rooms[i];
  }
  if (!selection.as.empty()) text += " as " + selection.as;
  return text;
}

}  // namespace relay
