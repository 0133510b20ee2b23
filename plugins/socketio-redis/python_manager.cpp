#include "socketio-redis/python_manager.h"

#include <algorithm>
#include <string>
#include <utility>

#include "event/json_check.h"
#include "socketio-redis/pickle.h"

namespace socketio_redis {
namespace {

using relay::Result;
using seneca::JsonView;

constexpr char kPickle = '\x80';

using Decoded = Result<std::optional<Order>>;

/// The event's arguments and what belongs to them, as JSON arrays.
struct Arguments {
  std::string values = "[]";
  std::string attachments = "[]";
};

// A tuple is several arguments, None is none, all else is one; a list too.
Arguments pickled_arguments(const Unpickled& message, const JsonView& data) {
  const auto& tuples = message.tuples;
  Arguments arguments;
  if (std::find(tuples.begin(), tuples.end(), "data") != tuples.end())
    arguments.values = data.raw();
  else if (data && !data.is_null())
    arguments.values = '[' + std::string(data.raw()) + ']';
  arguments.attachments = base64_array(message.attachments);
  return arguments;
}

// Since 5.15.1 `data` is the list of the arguments, [null] for none. Those before it sent what they were
// given; those before 5.14.2, which have no `binary`, are the only ones whose lists can be told apart.
Arguments json_arguments(const JsonView& root) {
  const JsonView binary = root.get("binary");
  const JsonView data = binary.boolean() ? root.get("data").at(0) : root.get("data");
  Arguments arguments;
  if (binary.boolean()) arguments.attachments = array_from(root.get("data"), 1);
  const bool list = binary && data.is_array();
  const bool none = list ? data.size() == 1 && data.at(0).is_null() : !data || data.is_null();
  if (!none) arguments.values = list ? std::string(data.raw()) : '[' + std::string(data.raw()) + ']';
  return arguments;
}

OrderData begin(const JsonView& root) {
  OrderData data;
  const JsonView name_space = root.get("namespace");
  data.add("namespace", name_space.is_string() ? name_space.raw() : "\"/\"");
  return data;
}

Decoded emit(const JsonView& root, const Arguments& arguments) {
  const JsonView room = root.get("room"), event = root.get("event"), callback = root.get("callback");
  if (callback && !callback.is_null())
    return relay::fail("callback", "emission",
                       "it has a callback, which the relay cannot answer; emit without one");
  if (!event.is_string()) return bad_message("it names no event");
  OrderData data = begin(root);
  const auto named = data.add_names("rooms", room);
  if (!named) return tl::unexpected(named.error());
  if (*named == 0 && room.is_array()) return std::nullopt;
  if (const auto except = data.add_names("except", root.get("skip_sid")); !except)
    return tl::unexpected(except.error());
  data.add("event", event.raw());
  data.add("args", arguments.values);
  if (arguments.attachments != "[]") data.add("attachments", arguments.attachments);
  return Order{"seneca.emit", data.take()};
}

// `whom` names the member that says who is meant: without it that would be the whole namespace.
Decoded change(const JsonView& root, std::string_view whom, std::string_view word) {
  const auto names_something = [&root](std::string_view name) {
    return root.get(name).is_string() || root.get(name).is_number();
  };
  if (!names_something(whom)) return bad_message("it names no " + std::string(whom));
  OrderData data = begin(root);
  (void)data.add_names("rooms", root.get(whom));
  if (word == "disconnect") {
    data.add("close", "false");
  } else {
    if (!names_something("room")) return bad_message("it names no room");
    (void)data.add_names(word, root.get("room"));
  }
  return Order{"seneca." + std::string(word), data.take()};
}

Decoded decode(const JsonView& root, const Arguments& arguments) {
  const JsonView method = root.get("method");
  if (method.equals("emit")) return emit(root, arguments);
  if (method.equals("close_room")) return change(root, "room", "leave");
  if (method.equals("enter_room")) return change(root, "sid", "join");
  if (method.equals("leave_room")) return change(root, "sid", "leave");
  if (method.equals("disconnect")) return change(root, "sid", "disconnect");
  if (method.equals("callback")) return std::nullopt;
  return bad_message("it has no method that a manager of python-socketio knows");
}

}  // namespace

Decoded decode_manager_message(std::string_view message) {
  if (message.substr(0, 1) == std::string_view(&kPickle, 1)) {
    const auto unpickled = read_pickle(message, kMaxAttachments);
    if (!unpickled) return tl::unexpected(unpickled.error());
    const JsonView root(unpickled->json);
    return decode(root, pickled_arguments(*unpickled, root.get("data")));
  }
  std::string repaired;  // json.dumps writes NaN, and surrogates by themselves
  if (relay::repair_json_line(message, repaired) > 0) message = repaired;
  if (relay::check_json(message, {}, relay::JsonTolerance::lone_surrogates) != relay::JsonFault::none)
    return bad_message("it is neither a pickle nor JSON");
  const JsonView root(message);
  return decode(root, json_arguments(root));
}

}  // namespace socketio_redis
