#include "redact/secret_patterns.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace redact {
namespace {

constexpr int kMaxGroups = 8;
constexpr int64_t kAnyBytes = 8 << 20;
constexpr int64_t kPatternBytes = 1 << 20;  // of a compiled pattern and its cache

struct ReadyMade {
  std::string_view name;
  const char* expression;
};
// A group is what is replaced, where the text around it tells what it was.
constexpr ReadyMade kReadyMade[] = {
    {"email", R"([A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.[A-Za-z]{2,24})"},
    {"bearer", R"((?i)\bbearer\s+([A-Za-z0-9._~+/-]{8,}=*))"},
    {"api-key",
     R"((?i:\b(?:api[_-]?key|access[_-]?token|auth[_-]?token|client[_-]?secret|secret|token|password|passwd)\b["']?\s*[:=]\s*["']?([^\s"',;&]{6,})))"
     R"(|\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}|\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_[A-Za-z0-9_]{22,})"
     R"(|\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bAIza[A-Za-z0-9_-]{35})"},
    {"aws-key", R"(\b(?:AKIA|ASIA|AIDA|AROA|AGPA|AIPA|ANPA|ANVA)[A-Z0-9]{16}\b)"
                R"(|(?i:\baws_?secret(?:_?access)?_?key\b["']?\s*[:=]\s*["']?([A-Za-z0-9/+=]{40})))"},
    {"jwt", R"(\beyJ[A-Za-z0-9_-]{6,}\.eyJ[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*)"},
    {"private-key", R"((?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$))"},
    {"url-password", R"([A-Za-z][A-Za-z0-9+.-]*://[^\s/?#@:]*:([^\s/?#@]+)@)"},
};

std::string known_names() {
  std::string names;
  for (const ReadyMade& each : kReadyMade) names += (names.empty() ? "" : ", ") + std::string(each.name);
  return names;
}

// What of a match is the secret.
re2::StringPiece secret_of(const re2::StringPiece* groups, int count) {
  for (int i = 1; i < count; ++i)
    if (groups[i].data() != nullptr && !groups[i].empty()) return groups[i];
  return groups[0];
}

bool replace_matches(const re2::RE2& pattern, std::string& text, const Replacement& replacement) {
  const int count = 1 + std::min(pattern.NumberOfCapturingGroups(), kMaxGroups);
  re2::StringPiece groups[1 + kMaxGroups];
  std::string out;
  size_t done = 0;  // up to here it is in `out`
  bool found = false;
  for (size_t at = 0;
       at <= text.size() && pattern.Match(text, at, text.size(), re2::RE2::UNANCHORED, groups, count);) {
    const re2::StringPiece secret = secret_of(groups, count);
    const auto begin = static_cast<size_t>(secret.data() - text.data());
    const auto end = static_cast<size_t>(groups[0].data() + groups[0].size() - text.data());
    at = std::max(end, at + 1);  // an expression may match nothing at all
    if (secret.empty()) continue;
    out.append(text, done, begin - done);
    replacement.append(out, {secret.data(), secret.size()});
    done = begin + secret.size();
    found = true;
  }
  if (!found) return false;
  out.append(text, done);
  text = std::move(out);
  return true;
}

re2::RE2::Options options_with(int64_t bytes) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(bytes);
  return options;
}

}  // namespace

struct SecretPatterns::Any {
  re2::RE2::Set set{options_with(kAnyBytes), re2::RE2::UNANCHORED};
};

SecretPatterns::SecretPatterns(const seneca::JsonView& names, const seneca::JsonView& expressions)
    : any_(std::make_unique<Any>()) {
  for (const seneca::JsonView& name : names.items()) {
    const auto* const found = std::find_if(std::begin(kReadyMade), std::end(kReadyMade),
                                           [&](const ReadyMade& each) { return name.equals(each.name); });
    if (found == std::end(kReadyMade))
      throw std::invalid_argument("detect: \"" + name.string() + "\" is unknown; known are " + known_names());
    add(found->expression);
  }
  for (const seneca::JsonView& expression : expressions.items()) add(expression.string());
  if (!any_->set.Compile()) throw std::invalid_argument("patterns: together they are too large; give fewer");
}

SecretPatterns::~SecretPatterns() = default;

void SecretPatterns::add(const std::string& expression) {
  auto pattern = std::make_unique<re2::RE2>(expression, options_with(kPatternBytes));
  if (!pattern->ok())
    throw std::invalid_argument("patterns: \"" + expression + "\" cannot be used: " + pattern->error() +
                                "; see RE2's syntax");
  any_->set.Add(expression, nullptr);
  patterns_.push_back(std::move(pattern));
}

bool SecretPatterns::replace(std::string& text, const Replacement& replacement) const {
  // Without memory for it the set says no match, and why; then each is asked.
  re2::RE2::Set::ErrorInfo error{};
  if (!any_->set.Match(text, nullptr, &error) && error.kind == re2::RE2::Set::kNoError) return false;
  bool replaced = false;
  for (const auto& pattern : patterns_) replaced |= replace_matches(*pattern, text, replacement);
  return replaced;
}

}  // namespace redact
