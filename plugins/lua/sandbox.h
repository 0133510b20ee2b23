#pragma once

#include <lua.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace lua {

/// A Lua state with the libraries that reach nothing outside, a bound for its memory and one for what a call
/// may take. Interpreted only, as compiled code would not count. Owned by one thread.
class Sandbox {
 public:
  struct Limits {
    size_t memory_bytes;
    int instructions;
  };

  /// Throws std::runtime_error when there is no memory for it.
  explicit Sandbox(const Limits& limits);
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  /// Only within what `call` calls, and for what raises no Lua error.
  [[nodiscard]] lua_State* state() { return state_; }
  /// Runs a script once. Throws std::runtime_error with its error.
  void run(const std::string& name, std::string_view script);
  /// Calls the function below its `arguments` on the stack; leaves `results`. Throws std::runtime_error with
  /// its error, also when it takes more than the limits.
  void call(int arguments, int results);

 private:
  static void* allocate(void* self, void* old, size_t old_bytes, size_t bytes);
  static void stop(lua_State* state, lua_Debug* where);
  static int open_libraries(lua_State* state);
  [[noreturn]] void fail();

  const Limits limits_;
  size_t used_bytes_ = 0;
  lua_State* state_ = nullptr;
};

}  // namespace lua
