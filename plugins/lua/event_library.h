#pragma once

#include <lua.hpp>
#include <seneca/json.hpp>
#include <seneca/plugin.hpp>
#include <string>
#include <string_view>

namespace lua {

/// What a script sees of the event at hand: the methods of `event`. Lives as long as the state that knows it;
/// used on its thread.
class EventLibrary {
 public:
  explicit EventLibrary(seneca::Host host) : host_(host) {}
  EventLibrary(const EventLibrary&) = delete;
  EventLibrary& operator=(const EventLibrary&) = delete;

  /// Leaves the table `event` on the stack, and makes `log` known. Raises Lua errors.
  void open(lua_State* state);
  /// The event that methods are about; null: there is none, and they fail.
  void set_event(seneca::Event* event) { event_ = event; }

 private:
  using Method = int (EventLibrary::*)(lua_State*);
  template <Method method>
  static int enter(lua_State* state);
  template <Method method>
  void add(lua_State* state, const char* name);

  // Methods. What can raise a Lua error comes where nothing has to be destroyed.
  int get(lua_State* state);
  int json(lua_State* state);
  int set(lua_State* state);
  int emit(lua_State* state);
  int log(lua_State* state);

  seneca::Event& event() const;
  bool read(std::string_view name);
  void write(std::string_view name, std::string_view text);
  void write_member(std::string_view name);

  const seneca::Host host_;
  seneca::Event* event_ = nullptr;
  std::string text_;       // what `read` found, as JSON; what is to be written
  std::string unescaped_;  // of a string
  std::string error_;
};

}  // namespace lua
