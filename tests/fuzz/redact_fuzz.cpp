// links: seneca_redact seneca_event
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "event/json_check.h"
#include "redact/redactor.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

bool is_json(std::string_view text) {
  return relay::check_json(text, {}, relay::JsonTolerance::lone_surrogates) == relay::JsonFault::none;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const redact::Redactor redactor(seneca::JsonView(
      R"({"keys":["key","a"],"pointers":["/b/1","/c~1d"],"detect":["email","jwt","api-key"],"patterns":["x*","\\d{3}"]})"));
  // A buffer of exactly this size, so that the sanitizer sees a read past the end.
  const std::unique_ptr<char[]> exact(new char[size]);
  if (size != 0) std::memcpy(exact.get(), bytes, size);
  const std::string_view text(exact.get(), size);

  std::string out;
  redactor.redact_text(text, out);
  if (!is_json(text)) return 0;
  const bool changed = redactor.redact_json(text, out);
  require(is_json(out));
  require(changed || out == seneca::JsonView(text).raw());
  const seneca::JsonView view(out);
  for (const char* pointer : {"/key", "/a", "/b/1", "/c~1d"}) {
    const seneca::JsonView value = view.pointer(pointer);
    require(!value || value.equals("[redacted]"));
  }
  return 0;
}
