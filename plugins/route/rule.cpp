#include "route/rule.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <stdexcept>
#include <vector>

namespace route {
namespace {

constexpr std::string_view kPriorities[] = {"critical", "high", "normal", "low"};

bool same(const seneca::JsonView& a, const seneca::JsonView& b) {
  if (a.is_string() && b.is_string()) return a.equals(b.string());
  if (a.is_number() && b.is_number()) return a.raw() == b.raw() || a.number() == b.number();
  return a.type() == b.type() && a.raw() == b.raw();
}

}  // namespace

Rule::Rule(const seneca::JsonView& config)
    : types_(config.get("match")), goes_on_(config.get("continue").boolean()) {
  for (const seneca::JsonMember& member : config.get("when").members())
    conditions_.push_back({plugins::Selector(member.key()), std::string(member.value.raw())});
  add_text(config.get("type"), &seneca::Event::type, true);
  add_text(config.get("subject"), &seneca::Event::subject, false);
  add_text(config.get("room"), &seneca::Event::room, false);
  const seneca::JsonView priority = config.get("priority");
  for (int32_t i = 0; i < static_cast<int32_t>(std::size(kPriorities)); ++i)
    if (priority.equals(kPriorities[i]))
      priority_ = static_cast<seneca::Priority>(SENECA_PRIORITY_CRITICAL + i);
}

void Rule::add_text(const seneca::JsonView& text, Setter setter, bool is_type) {
  if (text) texts_.push_back({setter, TextTemplate(text.string()), is_type});
}

bool Rule::Condition::holds(const seneca::Event& event) const {
  std::string found;
  return where.append_json(event, found) && same(seneca::JsonView(found), seneca::JsonView(json));
}

bool Rule::matches(const seneca::Event& event) const {
  return (types_.empty() || types_.match(event.type())) &&
         std::all_of(conditions_.begin(), conditions_.end(),
                     [&event](const Condition& condition) { return condition.holds(event); });
}

void Rule::apply(seneca::Event& event) const {
  // All are worked out before any is set, so that each sees the event that came in.
  std::vector<std::string> values(texts_.size());
  std::vector<bool> complete(texts_.size());
  for (size_t i = 0; i < texts_.size(); ++i) {
    complete[i] = texts_[i].text.render(event, values[i]);
    // A publisher whose data ends up in the type must not make emissions of it.
    if (complete[i] && texts_[i].is_type && values[i].compare(0, 7, "seneca.") == 0)
      throw std::invalid_argument("types that begin with seneca. are the relay's own");
  }
  for (size_t i = 0; i < texts_.size(); ++i)
    if (complete[i]) (event.*texts_[i].set)(values[i]);
  if (priority_) event.priority(*priority_);
}

}  // namespace route
