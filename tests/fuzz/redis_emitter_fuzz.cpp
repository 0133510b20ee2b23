// links: seneca_socketio_redis
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "event/json_check.h"
#include "socketio-redis/redis_emitter.h"

using namespace socketio_redis;

namespace {

void check(const relay::Result<std::optional<Order>>& order) {
  const relay::JsonLimits deeper{.max_depth = 70, .max_key = SIZE_MAX};
  if (order && *order && relay::check_json((*order)->data, deeper) != relay::JsonFault::none) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Memory of its own, so that a read past the message is seen.
  const std::vector<char> copy(data, data + size);
  const std::string_view bytes(copy.data(), copy.size());
  check(decode_emission(bytes));
  check(decode_request(bytes.substr(0, bytes.size() / 8), bytes));
  check(decode_request("/", bytes));
  return 0;
}
