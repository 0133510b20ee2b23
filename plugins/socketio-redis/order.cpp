#include "socketio-redis/order.h"

#include <utility>

#include "codec/base64.h"

namespace socketio_redis {
namespace {

// False for what names nothing.
bool append_name(std::string& out, const seneca::JsonView& name) {
  if (!name.is_string() && !name.is_number()) return false;
  if (out.back() != '[') out += ',';
  if (name.is_string())
    out += name.raw();
  else
    seneca::append_json_string(out, name.raw());
  return true;
}

}  // namespace

void OrderData::add(std::string_view name, std::string_view json) {
  if (json_.size() > 1) json_ += ',';
  seneca::append_json_string(json_, name);
  json_ += ':';
  json_ += json;
}

relay::Result<size_t> OrderData::add_names(std::string_view name, const seneca::JsonView& names) {
  std::string array = "[";
  size_t count = 0;
  const auto take_one = [&](const seneca::JsonView& item) {
    if (!item || item.is_null()) return true;
    ++count;
    return append_name(array, item);
  };
  bool well = names.is_array() || take_one(names);
  for (const seneca::JsonView item : names.items()) well &= take_one(item);
  if (!well) return bad_message("its " + std::string(name) + " are neither names nor lists of them");
  if (count > 0) add(name, array + ']');
  return count;
}

std::string OrderData::take() { return std::move(json_) + '}'; }

std::string array_from(const seneca::JsonView& array, size_t first) {
  std::string out = "[";
  for (const seneca::JsonView item : array.items()) {
    if (first > 0) {
      --first;
      continue;
    }
    if (out.size() > 1) out += ',';
    out += item.raw();
  }
  return out + ']';
}

std::string base64_array(const std::vector<std::string>& attachments) {
  std::string out = "[";
  for (const std::string& bytes : attachments) {
    if (out.size() > 1) out += ',';
    out += '"' + relay::encode_base64(bytes) + '"';
  }
  return out + ']';
}

tl::unexpected<relay::Error> bad_message(std::string what) {
  return relay::fail("bad_message", "message", std::move(what));
}

}  // namespace socketio_redis
