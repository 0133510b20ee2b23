#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

namespace relay {

/// What somebody who wants to be an admin brings along; text from outside.
struct AdminCredentials {
  std::string username;
  std::string password;
  std::string session_id;  ///< of an earlier login, or ""
  std::string address;     ///< the client's, "127.0.0.1:51234"
};

struct AdminVerdict {
  std::string refusal;     ///< for the client; "": welcome
  std::string session_id;  ///< to log in with next time; "": there is no new one
};

/// The door to the Admin UI, one for all shards. Implemented by the server.
class AdminAccess {
 public:
  virtual ~AdminAccess() = default;

  /// [any-thread] Looks at the credentials. `done` is called once, here or on another thread; not at all when
  /// the relay stops first. Never waits.
  virtual void log_in(AdminCredentials credentials, std::function<void(AdminVerdict)> done) = 0;

  // Admins who are in, on all shards: while there are none, nothing is made for them. [any-thread]
  void admin_came() { admins_.fetch_add(1); }
  void admin_went() { admins_.fetch_sub(1); }
  [[nodiscard]] uint32_t admins() const { return admins_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint32_t> admins_{0};
};

}  // namespace relay
