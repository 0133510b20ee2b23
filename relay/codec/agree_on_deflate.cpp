#include "codec/agree_on_deflate.h"

#include <algorithm>
#include <array>
#include <optional>

#include "codec/deflater.h"

namespace relay {
namespace {

bool is_token_char(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kOthers.find(c) != std::string_view::npos;
}

/// Takes the header's text apart from left to right.
class OfferReader {
 public:
  explicit OfferReader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
    return rest_.empty();
  }
  bool take(char c) {
    if (at_end() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// "" when there is none.
  std::string_view token() {
    if (at_end()) return {};
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_token_char);
    const std::string_view found = rest_.substr(0, static_cast<size_t>(end - rest_.begin()));
    rest_.remove_prefix(found.size());
    return found;
  }
  /// A token, bare or quoted; "" when there is none.
  std::string value() {
    if (!take('"')) return std::string(token());
    std::string text;
    while (!rest_.empty() && rest_.front() != '"') {
      if (rest_.front() == '\\') rest_.remove_prefix(1);
      if (rest_.empty() || !is_token_char(rest_.front())) return {};
      text += rest_.front();
      rest_.remove_prefix(1);
    }
    return take('"') ? text : std::string();
  }

 private:
  std::string_view rest_;
};

// 8 to 15, or 0.
int window_bits(std::string_view text) {
  if (text == "8" || text == "9") return text[0] - '0';
  if (text.size() == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5') return 10 + text[1] - '0';
  return 0;
}

struct Offer {
  bool acceptable = false;
  bool limits_our_window = false;
  unsigned seen = 0;  // a bit for each parameter
};

void judge(Offer& offer, std::string_view name, const std::optional<std::string>& value) {
  static constexpr std::array<std::string_view, 4> kParameters = {
      "server_no_context_takeover", "client_no_context_takeover", "server_max_window_bits",
      "client_max_window_bits"};
  const auto which = std::find(kParameters.begin(), kParameters.end(), name) - kParameters.begin();
  const unsigned bit = 1u << which;
  if ((offer.seen & bit) != 0) offer.acceptable = false;
  offer.seen |= bit;
  switch (which) {
    case 0:
    case 1:
      offer.acceptable &= !value;
      return;
    case 2:
      offer.limits_our_window = true;
      offer.acceptable &= value && window_bits(*value) >= Deflater::kWindowBits;
      return;
    case 3:
      offer.acceptable &= !value || window_bits(*value) != 0;
      return;
    default:
      offer.acceptable = false;
  }
}

// False where the grammar is broken.
bool read_offer(OfferReader& reader, Offer& offer) {
  const std::string_view name = reader.token();
  offer.acceptable = name == "permessage-deflate";
  if (name.empty()) return false;
  while (reader.take(';')) {
    const std::string_view parameter = reader.token();
    if (parameter.empty()) return false;
    std::optional<std::string> value;
    if (reader.take('=')) {
      value = reader.value();
      if (value->empty()) return false;
    }
    judge(offer, parameter, value);
  }
  return true;
}

}  // namespace

std::string agree_on_deflate(std::string_view offers) {
  OfferReader reader(offers);
  Offer taken;
  while (!reader.at_end()) {
    if (reader.take(',')) continue;
    Offer offer;
    if (!read_offer(reader, offer)) return {};
    if (!reader.at_end() && !reader.take(',')) return {};
    if (!taken.acceptable) taken = offer;
  }
  if (!taken.acceptable) return {};
  std::string answer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  if (taken.limits_our_window) answer += "; server_max_window_bits=" + std::to_string(Deflater::kWindowBits);
  return answer;
}

}  // namespace relay
