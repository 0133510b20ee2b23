#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "config/config.h"
#include "session/admin_access.h"

namespace relay {

/// Who may be an admin: checks passwords on a thread of its own, one at a time, and remembers logins.
///
/// Bounds: kMaxWaiting passwords wait; an address may get kMaxFailures wrong within a minute, kMaxAddresses
/// are remembered; a login is good for a day, the newest kMaxSessions of them. The mutex is a leaf, and not
/// held while a password is checked.
class AdminLogin final : public AdminAccess {
 public:
  static constexpr size_t kMaxWaiting = 16;
  static constexpr size_t kMaxFailures = 5;
  static constexpr size_t kMaxAddresses = 1024;
  static constexpr size_t kMaxSessions = 256;
  using Check = bool (*)(const std::string& password, const std::string& hash);

  /// `check` as bcrypt_matches. The thread runs only when a password is asked for.
  AdminLogin(AdminUiConfig config, const Clock& clock, Logger& logger, Check check);
  ~AdminLogin() override;

  void start();
  void stop();

  void log_in(AdminCredentials credentials, std::function<void(AdminVerdict)> done) override;

 private:
  struct Attempt {
    AdminCredentials credentials;
    std::function<void(AdminVerdict)> done;
  };
  struct Failures {
    int64_t since_us = 0;
    size_t count = 0;
  };

  void run();
  [[nodiscard]] bool has_session(std::string_view id);
  [[nodiscard]] std::string new_session();
  [[nodiscard]] bool count_attempt(const std::string& address);

  const AdminUiConfig config_;
  const Clock& clock_;
  Logger& logger_;
  const Check check_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Attempt> waiting_;
  std::map<std::string, Failures> failures_;              // by address, without port
  std::deque<std::pair<std::string, int64_t>> sessions_;  // id, and when it was made; oldest first
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace relay
