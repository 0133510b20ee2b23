#include "session/position.h"

#include <algorithm>
#include <charconv>

namespace relay {
namespace {

constexpr size_t kTag = 4;

std::string_view tag_of(std::string_view epoch) { return epoch.substr(0, std::min(kTag, epoch.size())); }

template <class Number>
bool take_number(std::string_view& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

}  // namespace

Position position_of(const RoutedBatch& batch, const Hit& hit) {
  Position position{hit.event->event->offset()};
  if (hit.emission != nullptr) position.place = 0;
  if (hit.delivery != nullptr)
    position.place =
        static_cast<uint32_t>(hit.delivery - batch.deliveries.data()) - hit.event->first_delivery;
  return position;
}

std::string format_position(std::string_view epoch, const Position& position) {
  std::string text(tag_of(epoch));
  text += ':';
  text += std::to_string(position.offset);
  if (position.place != Position::kLast) text += '.' + std::to_string(position.place);
  return text;
}

std::optional<Position> parse_position(std::string_view epoch, std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const bool ours = text.substr(0, colon) == tag_of(epoch);
  text.remove_prefix(colon + 1);
  Position position;
  if (!take_number(text, position.offset)) return std::nullopt;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!take_number(text, position.place)) return std::nullopt;
  }
  if (!text.empty()) return std::nullopt;
  return ours ? position : Position();
}

}  // namespace relay
