#include "route/text_template.h"

#include <cstddef>
#include <stdexcept>
#include <utility>

namespace route {

TextTemplate::TextTemplate(std::string_view text) {
  std::string literal;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool doubled = (c == '{' || c == '}') && text.substr(at + 1, 1) == std::string_view(&c, 1);
    if ((c != '{' && c != '}') || doubled) {
      literal += c;
      at += doubled ? 1 : 0;
      continue;
    }
    const size_t end = c == '{' ? text.find('}', at) : std::string_view::npos;
    if (end == std::string_view::npos)
      throw std::invalid_argument("\"" + std::string(text) +
                                  "\" has a brace without its partner; {{ and }} stand for braces");
    if (!literal.empty()) parts_.emplace_back(std::move(literal));
    literal.clear();
    parts_.emplace_back(plugins::Selector(text.substr(at + 1, end - at - 1)));
    at = end;
  }
  if (!literal.empty()) parts_.emplace_back(std::move(literal));
}

bool TextTemplate::render(const seneca::Event& event, std::string& out) const {
  out.clear();
  for (const auto& part : parts_) {
    if (const auto* const literal = std::get_if<std::string>(&part))
      out += *literal;
    else if (!std::get<plugins::Selector>(part).append_text(event, out))
      return false;
  }
  return true;
}

}  // namespace route
