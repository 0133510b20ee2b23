// links: seneca_socketio_redis
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "event/json_check.h"
#include "socketio-redis/pickle.h"
#include "socketio-redis/python_manager.h"

using namespace socketio_redis;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Memory of its own, so that a read past the message is seen.
  const std::vector<char> copy(data, data + size);
  const std::string_view bytes(copy.data(), copy.size());
  const auto unpickled = read_pickle(bytes, kMaxAttachments);
  const relay::JsonLimits roomy{.max_key = SIZE_MAX, .max_members = SIZE_MAX};
  if (unpickled && relay::check_json(unpickled->json, roomy) != relay::JsonFault::none) std::abort();

  const auto order = decode_manager_message(bytes);
  const relay::JsonLimits deeper{.max_depth = 70, .max_key = SIZE_MAX, .max_members = SIZE_MAX};
  if (order && *order &&
      relay::check_json((*order)->data, deeper, relay::JsonTolerance::lone_surrogates) !=
          relay::JsonFault::none)
    std::abort();
  return 0;
}
