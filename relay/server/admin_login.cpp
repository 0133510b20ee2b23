#include "server/admin_login.h"

#include <algorithm>
#include <utility>

#include "base/ids.h"
#include "base/ip_address.h"
#include "base/thread_name.h"

namespace relay {
namespace {

constexpr int64_t kMinuteUs = 60'000'000;
constexpr int64_t kDayUs = 24 * 60 * kMinuteUs;
constexpr const char* kWrong = "invalid credentials";  // the Admin UI knows this text

std::string host_of(const std::string& address) { return std::string(host_of_endpoint(address)); }

}  // namespace

AdminLogin::AdminLogin(AdminUiConfig config, const Clock& clock, Logger& logger, Check check)
    : config_(std::move(config)), clock_(clock), logger_(logger), check_(check) {}

AdminLogin::~AdminLogin() { stop(); }

void AdminLogin::start() {
  if (config_.password_hash.empty()) return;
  thread_ = std::thread([this] {
    name_thread("admin-login");
    run();
  });
}

void AdminLogin::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    arrived_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void AdminLogin::log_in(AdminCredentials credentials, std::function<void(AdminVerdict)> done) {
  if (config_.password_hash.empty()) return done({});
  std::string refusal;
  {
    const std::lock_guard lock(mutex_);
    if (has_session(credentials.session_id)) {
      refusal.clear();
    } else if (credentials.password.empty()) {
      refusal = kWrong;  // a page that comes back with an old session; nothing was tried
    } else if (waiting_.size() >= kMaxWaiting) {
      refusal = "too many logins at once, try again in a moment";
    } else if (!count_attempt(host_of(credentials.address))) {
      refusal = "too many wrong passwords, try again in a minute";
    } else {
      waiting_.push_back({std::move(credentials), std::move(done)});
      arrived_.notify_one();
      return;
    }
  }
  done({std::move(refusal), ""});
}

void AdminLogin::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (waiting_.empty()) {
      arrived_.wait(lock);
      continue;
    }
    const Attempt attempt = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    // The name of nobody takes as long as a wrong password, so that names cannot be guessed by the clock.
    const bool matches = check_(attempt.credentials.password, config_.password_hash);
    const bool welcome = matches && attempt.credentials.username == config_.username;
    const std::string host = host_of(attempt.credentials.address);
    AdminVerdict verdict;
    lock.lock();
    if (welcome) {
      verdict.session_id = new_session();
      failures_.erase(host);
    } else {
      verdict.refusal = kWrong;
    }
    lock.unlock();
    if (welcome)
      logger_.info("admin", "a login to the Admin UI from " + host);
    else
      logger_.warn("admin", "a login to the Admin UI with wrong credentials from " + host);
    attempt.done(std::move(verdict));
    lock.lock();
  }
}

// The mutex is held, here and below.
bool AdminLogin::has_session(std::string_view id) {
  const int64_t now_us = clock_.monotonic_us();
  std::erase_if(sessions_, [now_us](const auto& each) { return now_us - each.second > kDayUs; });
  return std::any_of(sessions_.begin(), sessions_.end(), [id](const auto& each) { return each.first == id; });
}

std::string AdminLogin::new_session() {
  if (sessions_.size() >= kMaxSessions) sessions_.pop_front();
  sessions_.emplace_back(random_hex(8), clock_.monotonic_us());
  return sessions_.back().first;
}

// Counted before it is known to be wrong, as many may come at once; a right one makes all good.
bool AdminLogin::count_attempt(const std::string& address) {
  const int64_t now_us = clock_.monotonic_us();
  std::erase_if(failures_, [now_us](const auto& each) { return now_us - each.second.since_us > kMinuteUs; });
  const auto found = failures_.find(address);
  if (found == failures_.end()) {
    if (failures_.size() >= kMaxAddresses) return false;
    failures_[address] = {now_us, 1};
    return true;
  }
  return ++found->second.count <= kMaxFailures;
}

}  // namespace relay
