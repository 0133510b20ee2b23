// links: seneca_codec
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "codec/http_request.h"

using namespace relay;

namespace {

using State = HttpHeadReader::State;

// What a reader makes of `bytes` when `step` more come at a time.
std::string read(std::string_view bytes, size_t step) {
  HttpHeadReader reader;
  for (size_t end = std::min(step, bytes.size());; end = std::min(end + step, bytes.size())) {
    // An allocation of its own, so that a read past the bytes that came is seen.
    const std::vector<char> came(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(end));
    HttpRequestHead head;
    size_t consumed = 0;
    HttpFault fault;
    const State state = reader.read({came.data(), came.size()}, head, consumed, fault);
    if (state == State::fault) return "fault " + std::to_string(fault.status) + fault.detail;
    if (state == State::incomplete && end == bytes.size()) return "incomplete";
    if (state == State::incomplete) continue;
    if (consumed > end || consumed > kMaxHeadBytes || head.headers.size() > kMaxHeaders) std::abort();
    if (head.path.empty() || head.path.front() != '/') std::abort();
    std::string text = std::to_string(consumed) + head.method + ' ' + head.path + ' ' + head.version;
    for (const auto& [name, value] : head.headers) text += '\n' + name + ':' + value;
    for (const auto& [name, value] : head.query) text += '\n' + name + '=' + value;
    return text + '\n' + std::to_string(head.content_length);
  }
}

}  // namespace

// However a head is cut, the same comes out. Heads at the size limit may be refused for either reason.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1 || size > kMaxHeadBytes) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::string whole = read(bytes, bytes.size() + 1);
  if (whole != read(bytes, 1) || whole != read(bytes, data[0] % 64 + 2)) std::abort();
  return 0;
}
