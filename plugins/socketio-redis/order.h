#pragma once

#include <seneca/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace socketio_redis {

/// What the relay is asked to do: an event of one of its reserved types.
struct Order {
  std::string type;  ///< "seneca.emit", "seneca.join", "seneca.leave", "seneca.disconnect"
  std::string data;  ///< JSON object
};

/// Most binary values in one emission: what clients of Socket.IO take in one packet.
inline constexpr size_t kMaxAttachments = 10;

/// The `data` of an order, member by member. Used once, by one caller.
class OrderData {
 public:
  /// `json` is one valid value.
  void add(std::string_view name, std::string_view json);
  /// Rooms and ids of sockets: a string or a number, or an array of them. Whatever is null is left out, and
  /// so is the member when nothing remains; how many names do. Error `bad_message` for other values.
  [[nodiscard]] relay::Result<size_t> add_names(std::string_view name, const seneca::JsonView& names);
  /// Ends the object. Nothing may be added afterwards.
  [[nodiscard]] std::string take();

 private:
  std::string json_ = "{";
};

/// The elements of an array from `first` on, as an array again.
[[nodiscard]] std::string array_from(const seneca::JsonView& array, size_t first);
/// `attachments` in base64, as an array.
[[nodiscard]] std::string base64_array(const std::vector<std::string>& attachments);
/// Error `bad_message`: `what` is wrong with a publisher's message.
[[nodiscard]] tl::unexpected<relay::Error> bad_message(std::string what);

}  // namespace socketio_redis
