#include "auth/narrowing.h"

#include <utility>

namespace relay {
namespace {

Status compile(const std::vector<std::string>& texts, std::vector<Pattern>& patterns) {
  for (const std::string& text : texts) {
    Result<Pattern> pattern = Pattern::parse(text);
    if (!pattern) return tl::unexpected<Error>(pattern.error());
    patterns.push_back(std::move(*pattern));
  }
  return {};
}

}  // namespace

Result<Grant> make_grant(const GrantTexts& texts) {
  Grant grant;
  grant.namespaces = texts.namespaces;
  grant.rooms = texts.rooms;
  Status done = compile(texts.types, grant.types);
  if (done) done = compile(texts.publish, grant.publish);
  if (!done) return tl::unexpected<Error>(done.error());
  return grant;
}

}  // namespace relay
