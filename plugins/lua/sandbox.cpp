#include "lua/sandbox.h"

#include <cstdlib>
#include <stdexcept>

namespace lua {
namespace {

struct Library {
  const char* name;
  lua_CFunction open;
};
constexpr Library kLibraries[] = {{"", luaopen_base},
                                  {LUA_STRLIBNAME, luaopen_string},
                                  {LUA_TABLIBNAME, luaopen_table},
                                  {LUA_MATHLIBNAME, luaopen_math},
                                  {LUA_BITLIBNAME, luaopen_bit}};
// What reads files, makes code of texts, or prints.
constexpr const char* kForbidden[] = {"dofile",  "loadfile", "load",     "loadstring",     "require",
                                      "module",  "print",    "newproxy", "collectgarbage", "gcinfo",
                                      "getfenv", "setfenv",  "coroutine"};

}  // namespace

Sandbox::Sandbox(const Limits& limits) : limits_(limits), state_(lua_newstate(allocate, this)) {
  if (state_ == nullptr)
    throw std::runtime_error("a Lua state cannot be made with this much memory; raise max_memory");
  luaJIT_setmode(state_, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
  if (lua_cpcall(state_, open_libraries, nullptr) == 0) return;
  lua_close(state_);
  throw std::runtime_error("Lua's libraries do not fit into this much memory; raise max_memory");
}

Sandbox::~Sandbox() { lua_close(state_); }

int Sandbox::open_libraries(lua_State* state) {
  for (const Library& library : kLibraries) {
    lua_pushcfunction(state, library.open);
    lua_pushstring(state, library.name);
    lua_call(state, 1, 0);
  }
  for (const char* name : kForbidden) {
    lua_pushnil(state);
    lua_setglobal(state, name);
  }
  lua_getglobal(state, LUA_STRLIBNAME);
  lua_pushnil(state);
  lua_setfield(state, -2, "dump");
  return 0;
}

void Sandbox::run(const std::string& name, std::string_view script) {
  if (luaL_loadbufferx(state_, script.data(), script.size(), ("=" + name).c_str(), "t") != 0) fail();
  call(0, 0);
}

void Sandbox::call(int arguments, int results) {
  lua_sethook(state_, stop, LUA_MASKCOUNT, limits_.instructions);
  const int code = lua_pcall(state_, arguments, results, 0);
  lua_sethook(state_, nullptr, 0, 0);
  if (code == LUA_ERRMEM) lua_gc(state_, LUA_GCCOLLECT, 0);  // LuaJIT fails before it collects
  if (code != 0) fail();
}

void Sandbox::fail() {
  const char* const text = lua_type(state_, -1) == LUA_TSTRING ? lua_tostring(state_, -1) : nullptr;
  const std::string error = text != nullptr ? text : "an error that is no text";
  lua_settop(state_, 0);
  throw std::runtime_error(error);
}

// From here on every instruction ends, so a script cannot go on by catching the error.
void Sandbox::stop(lua_State* state, lua_Debug*) {
  lua_sethook(state, stop, LUA_MASKCOUNT, 1);
  luaL_error(state, "it takes too long; raise max_instructions");
}

void* Sandbox::allocate(void* self, void* old, size_t old_bytes, size_t bytes) {
  auto& sandbox = *static_cast<Sandbox*>(self);
  if (bytes > old_bytes && bytes - old_bytes > sandbox.limits_.memory_bytes - sandbox.used_bytes_)
    return nullptr;
  void* const now = bytes == 0 ? nullptr : std::realloc(old, bytes);
  if (bytes == 0) std::free(old);
  if (bytes != 0 && now == nullptr) return nullptr;
  sandbox.used_bytes_ = sandbox.used_bytes_ - old_bytes + bytes;
  return now;
}

}  // namespace lua
