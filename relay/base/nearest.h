#pragma once

#include <span>
#include <string_view>

namespace relay {

/// The candidate a user most likely meant by `word`: at most a third of its letters off (one letter is always
/// forgiven), case aside. "" when none is that near. The result views into `candidates`.
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace relay
