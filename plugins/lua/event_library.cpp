#include "lua/event_library.h"

#include <charconv>
#include <cmath>
#include <cstddef>
#include <exception>
#include <iterator>
#include <stdexcept>

#include "support/event_key.h"
#include "support/json_members.h"

namespace lua {
namespace {

constexpr std::string_view kPriorities[] = {"unset", "critical", "high", "normal", "low"};

seneca::Priority priority_of(std::string_view name) {
  for (size_t i = 0; i < std::size(kPriorities); ++i)
    if (name == kPriorities[i]) return static_cast<seneca::Priority>(i);
  throw std::invalid_argument("\"" + std::string(name) + "\" is none of critical, high, normal, low");
}

struct Settable {
  std::string_view name;
  void (seneca::Event::*set)(std::string_view);
};
constexpr Settable kSettable[] = {
    {"id", &seneca::Event::id},
    {"source", &seneca::Event::source},
    {"type", &seneca::Event::type},
    {"subject", &seneca::Event::subject},
    {"data", &seneca::Event::data},
    {"severity", &seneca::Event::severity},
    {"correlationid", &seneca::Event::correlation_id},
    {"traceparent", &seneca::Event::traceparent},
    {"origin", &seneca::Event::origin},
    {"room", &seneca::Event::room},
};

struct Emitted {
  const char* name;
  std::string_view seneca::NewEvent::*member;
};
constexpr Emitted kEmitted[] = {
    {"id", &seneca::NewEvent::id},
    {"source", &seneca::NewEvent::source},
    {"type", &seneca::NewEvent::type},
    {"subject", &seneca::NewEvent::subject},
    {"data", &seneca::NewEvent::data},
    {"severity", &seneca::NewEvent::severity},
    {"correlationid", &seneca::NewEvent::correlation_id},
    {"room", &seneca::NewEvent::room},
};

std::string_view check_text(lua_State* state, int index) {
  size_t length = 0;
  const char* const text = luaL_checklstring(state, index, &length);
  return {text, length};
}

// The text at the top of the stack, which holds it; "" for nil.
std::string_view text_at_top(lua_State* state, const char* name) {
  if (lua_isnil(state, -1)) return {};
  if (lua_type(state, -1) != LUA_TSTRING) luaL_error(state, "emit: %s must be a string", name);
  size_t length = 0;
  const char* const text = lua_tolstring(state, -1, &length);
  return {text, length};
}

// A simple value of Lua's as JSON.
void put_json(lua_State* state, int index, std::string& out) {
  const int type = lua_type(state, index);
  out.clear();
  if (type == LUA_TSTRING) {
    size_t length = 0;
    const char* const text = lua_tolstring(state, index, &length);
    seneca::append_json_string(out, {text, length});
  } else if (type == LUA_TNUMBER && std::isfinite(lua_tonumber(state, index))) {
    char text[32];
    const std::to_chars_result end = std::to_chars(text, text + sizeof text, lua_tonumber(state, index));
    out.append(text, end.ptr);
  } else if (type == LUA_TBOOLEAN) {
    out = lua_toboolean(state, index) != 0 ? "true" : "false";
  } else if (type == LUA_TNIL) {
    out = "null";
  } else {
    throw std::invalid_argument("a member can be a string, a finite number, a boolean or nil");
  }
}

}  // namespace

template <EventLibrary::Method method>
int EventLibrary::enter(lua_State* state) {
  auto& self = *static_cast<EventLibrary*>(lua_touserdata(state, lua_upvalueindex(1)));
  try {
    return (self.*method)(state);
  } catch (const std::exception& error) {
    self.error_ = error.what();
  }
  return luaL_error(state, "%s", self.error_.c_str());
}

template <EventLibrary::Method method>
void EventLibrary::add(lua_State* state, const char* name) {
  lua_pushlightuserdata(state, this);
  lua_pushcclosure(state, enter<method>, 1);
  lua_setfield(state, -2, name);
}

void EventLibrary::open(lua_State* state) {
  lua_pushlightuserdata(state, this);
  lua_pushcclosure(state, enter<&EventLibrary::log>, 1);
  lua_setglobal(state, "log");
  lua_newtable(state);
  add<&EventLibrary::get>(state, "get");
  add<&EventLibrary::json>(state, "json");
  add<&EventLibrary::set>(state, "set");
  add<&EventLibrary::emit>(state, "emit");
}

seneca::Event& EventLibrary::event() const {
  if (event_ == nullptr) throw std::runtime_error("there is no event: it was for the call of filter only");
  return *event_;
}

// Into text_, as JSON. False when the event has no such thing.
bool EventLibrary::read(std::string_view name) {
  text_.clear();
  if (name == "data") {
    text_ = event().data();
    return !text_.empty();
  }
  if (name == "priority") {
    seneca::append_json_string(text_, kPriorities[static_cast<size_t>(event().priority())]);
    return true;
  }
  if (name == "time_us" || name == "now_us") {
    text_ = std::to_string(name == "now_us" ? event().now_us() : event().time_us());
    return true;
  }
  return plugins::Selector(name).append_json(event(), text_);
}

int EventLibrary::get(lua_State* state) {
  if (!read(check_text(state, 2))) return 0;
  const seneca::JsonView value(text_);
  if (value.is_string()) {
    const std::string_view text = value.string(unescaped_);
    lua_pushlstring(state, text.data(), text.size());
  } else if (value.is_number()) {
    lua_pushnumber(state, value.number());
  } else if (value.is_boolean()) {
    lua_pushboolean(state, value.boolean() ? 1 : 0);
  } else {
    return 0;
  }
  return 1;
}

int EventLibrary::json(lua_State* state) {
  if (!read(check_text(state, 2))) return 0;
  lua_pushlstring(state, text_.data(), text_.size());
  return 1;
}

int EventLibrary::set(lua_State* state) {
  const std::string_view name = check_text(state, 2);
  if (!name.empty() && name.front() == '/') {
    put_json(state, 3, text_);
    write_member(name.substr(1));
  } else {
    write(name, check_text(state, 3));
  }
  return 0;
}

void EventLibrary::write(std::string_view name, std::string_view text) {
  if (name == "priority") return event().priority(priority_of(text));
  for (const Settable& each : kSettable)
    if (name == each.name) return (event().*each.set)(text);
  throw std::invalid_argument("\"" + std::string(name) +
                              "\" cannot be set; use an attribute, data or a member such as /status");
}

// text_ is its value.
void EventLibrary::write_member(std::string_view name) {
  const std::string_view data = event().data().empty() ? "{}" : event().data();
  if (!seneca::JsonView(data).is_object())
    throw std::invalid_argument("data is no object, so it has no members");
  if (name.find_first_of("/~") != std::string_view::npos)
    throw std::invalid_argument(
        "only members of data itself can be set; use set(\"data\", JSON) for what is deeper");
  std::string changed;
  plugins::add_members(data, {{std::string(name), text_}}, true, changed);
  event().data(changed);
}

int EventLibrary::emit(lua_State* state) {
  luaL_checktype(state, 2, LUA_TTABLE);
  seneca::NewEvent made;
  for (const Emitted& each : kEmitted) {
    lua_pushstring(state, each.name);
    lua_rawget(state, 2);  // it stays on the stack, so the text stays
    made.*each.member = text_at_top(state, each.name);
  }
  lua_pushliteral(state, "priority");
  lua_rawget(state, 2);
  const std::string_view priority = text_at_top(state, "priority");
  if (!priority.empty()) made.priority = priority_of(priority);
  if (made.source.empty()) made.source = event().source();
  event().emit(made);
  return 0;
}

int EventLibrary::log(lua_State* state) {
  host_.info(check_text(state, 1));
  return 0;
}

}  // namespace lua
