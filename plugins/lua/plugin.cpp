// Asks a Lua script what becomes of an event.

#include <cstddef>
#include <fstream>
#include <seneca/json.hpp>
#include <seneca/plugin.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "lua/event_library.h"
#include "lua/sandbox.h"

namespace lua {
namespace {

constexpr size_t kMaxScript = 1 << 20;

std::string read_script(const seneca::JsonView& config) {
  const seneca::JsonView script = config.get("script"), file = config.get("file");
  if (static_cast<bool>(script) == static_cast<bool>(file))
    throw std::invalid_argument("give either script or file");
  if (script) return script.string();
  std::ifstream stream(file.string(), std::ios::binary);
  if (!stream) throw std::runtime_error(file.string() + " cannot be read");
  std::string text(kMaxScript + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(stream.gcount()));
  if (text.size() > kMaxScript) throw std::runtime_error(file.string() + " is longer than 1 MiB");
  return text;
}

class LuaFilter {
 public:
  static constexpr const char* schema = R"({
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "script": {"type": "string", "minLength": 1, "description": "Lua that defines the function filter"},
      "file": {"type": "string", "minLength": 1, "description": "or the path of a file with it"},
      "max_instructions": {"type": "integer", "minimum": 1000, "maximum": 1000000000, "default": 100000,
                           "description": "what a call may take"},
      "max_memory": {"type": "integer", "minimum": 262144, "maximum": 1073741824, "default": 16777216,
                     "description": "bytes that the script may keep"}
    }
  })";

  LuaFilter(seneca::Host host, std::string_view text) : LuaFilter(host, seneca::JsonView(text)) {}

  seneca::Verdict operator()(seneca::Event& event) {
    lua_State* const state = sandbox_.state();
    lua_rawgeti(state, LUA_REGISTRYINDEX, filter_);
    lua_rawgeti(state, LUA_REGISTRYINDEX, event_);
    const Attached attached(library_, event);
    sandbox_.call(1, 2);
    const std::string verdict = returned(1, "pass"), reason = returned(2, "");
    lua_settop(state, 0);
    if (verdict == "pass") return seneca::Verdict::pass;
    if (verdict == "drop") return event.drop(reason.empty() ? "dropped by the script" : reason);
    if (verdict == "reject") return event.reject(reason.empty() ? "rejected by the script" : reason);
    return event.fail("filter must return nothing, \"pass\", \"drop\" or \"reject\"");
  }

  /// What the script's own save() returns, if it has one.
  std::string save() {
    if (save_ == LUA_REFNIL) return std::string(kNothingSaved);
    lua_State* const state = sandbox_.state();
    lua_rawgeti(state, LUA_REGISTRYINDEX, save_);
    sandbox_.call(0, 1);
    const bool is_text = lua_type(state, 1) == LUA_TSTRING;
    std::string text = is_text ? returned(1, "") : "";
    lua_settop(state, 0);
    if (!is_text) throw std::runtime_error("the script's save() must return a string");
    return std::string(kSaved) + text;
  }
  /// Hands it to the script's load(text). A script without one wants to begin anew.
  void load(std::string_view saved) {
    if (saved == kNothingSaved) return;
    if (!saved.starts_with(kSaved))
      throw std::runtime_error(
          "what the script saved comes from another version of the plugin, which this one cannot read; "
          "reload "
          "the configuration (SIGHUP) to begin with nothing");
    if (load_ == LUA_REFNIL) return;
    saved_ = saved.substr(kSaved.size());
    lua_State* const state = sandbox_.state();
    lua_rawgeti(state, LUA_REGISTRYINDEX, hand_over_);
    lua_pushlightuserdata(state, this);
    sandbox_.call(1, 0);
  }

 private:
  static constexpr std::string_view kNothingSaved = "seneca.lua 1 nothing", kSaved = "seneca.lua 1 text\n";

  /// While it lives, the script's event is this one.
  class Attached {
   public:
    Attached(EventLibrary& library, seneca::Event& event) : library_(library) { library_.set_event(&event); }
    ~Attached() { library_.set_event(nullptr); }
    Attached(const Attached&) = delete;
    Attached& operator=(const Attached&) = delete;

   private:
    EventLibrary& library_;
  };

  LuaFilter(seneca::Host host, const seneca::JsonView& config)
      : library_(host),
        sandbox_({static_cast<size_t>(config.get("max_memory").integer(16777216)),
                  static_cast<int>(config.get("max_instructions").integer(100000))}) {
    if (lua_cpcall(sandbox_.state(), open, this) != 0) throw std::runtime_error("max_memory is too small");
    sandbox_.run("script", read_script(config));
    if (lua_cpcall(sandbox_.state(), find_functions, this) != 0 || filter_ == LUA_REFNIL)
      throw std::runtime_error("the script defines no function filter(event)");
  }

  static int open(lua_State* state) {
    auto& self = *static_cast<LuaFilter*>(lua_touserdata(state, 1));
    self.library_.open(state);
    self.event_ = luaL_ref(state, LUA_REGISTRYINDEX);
    lua_pushcfunction(state, hand_over);
    self.hand_over_ = luaL_ref(state, LUA_REGISTRYINDEX);
    return 0;
  }
  static int find_functions(lua_State* state) {
    auto& self = *static_cast<LuaFilter*>(lua_touserdata(state, 1));
    for (const auto& [name, place] : {std::pair("filter", &self.filter_), std::pair("save", &self.save_),
                                      std::pair("load", &self.load_)}) {
      lua_getglobal(state, name);
      if (lua_isfunction(state, -1)) *place = luaL_ref(state, LUA_REGISTRYINDEX);
      lua_settop(state, 1);
    }
    return 0;
  }
  // Within the call of the script, as making a string of Lua's may raise an error.
  static int hand_over(lua_State* state) {
    auto& self = *static_cast<LuaFilter*>(lua_touserdata(state, 1));
    lua_rawgeti(state, LUA_REGISTRYINDEX, self.load_);
    lua_pushlstring(state, self.saved_.data(), self.saved_.size());
    lua_call(state, 1, 0);
    return 0;
  }

  std::string returned(int index, const char* otherwise) {
    lua_State* const state = sandbox_.state();
    if (lua_isnil(state, index)) return otherwise;
    if (lua_type(state, index) != LUA_TSTRING) return "?";
    size_t length = 0;
    const char* const text = lua_tolstring(state, index, &length);
    return {text, length};
  }

  EventLibrary library_;
  Sandbox sandbox_;
  int event_ = LUA_REFNIL;  // places in the registry
  int filter_ = LUA_REFNIL, save_ = LUA_REFNIL, load_ = LUA_REFNIL, hand_over_ = LUA_REFNIL;
  std::string_view saved_;  // while load is called
};

}  // namespace
}  // namespace lua

SENECA_PLUGIN(lua::LuaFilter, "seneca.lua", "1.1.0", "asks a Lua script what becomes of an event")
