#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "config/config.h"

namespace relay {

/// The relay, put together: log, intake, pipeline, hub, shards and sources of one configuration.
///
/// Its public functions are the control thread's: call them from one thread (senecactl's main). The answers
/// to admin questions are made on a thread of the server's own.
class Server {
 public:
  struct Options {
    std::vector<std::filesystem::path> plugin_places;  ///< where plugins are looked up by name
    bool insecure = false;                             ///< may listen beyond loopback without TLS
    /// [any-thread] Called when orders wait that `run_orders` would carry out; without it none are taken.
    std::function<void()> on_order{};
    std::filesystem::path plugin_host{};  ///< the program seneca-plugin-host
    /// [any-thread] The disk has lost what was written to it: stop, and acknowledge nothing more.
    std::function<void()> on_lost{};
  };

  Server(Config config, Options options, Clock& clock, Logger& logger);
  ~Server();

  /// What `start` would refuse before it opens a socket: plugins, routes, exposure.
  [[nodiscard]] Status check();
  /// Starts everything, listeners last: once it returns, clients can connect. On error nothing is left
  /// running.
  [[nodiscard]] Status start();

  /// The addresses it listens on, with the ports the kernel chose: "127.0.0.1:8000".
  [[nodiscard]] const std::vector<std::string>& addresses() const;
  /// "marcus 1.0.0 (/usr/lib/…/marcus.so)", one per plugin, in pipeline order.
  [[nodiscard]] std::vector<std::string> plugins() const;
  [[nodiscard]] int threads() const;
  /// "/var/lib/seneca/journal"; "" when the log is in memory only.
  [[nodiscard]] std::string journal() const;

  /// Puts what can change at run time in force: plugins and their configuration, routes, limits, heartbeats
  /// of new sessions. On error the old configuration stays. Returns the keys that need a restart and were
  /// left alone. Error `not_running` before `start` and after `drain`.
  [[nodiscard]] Result<std::vector<std::string>> reload(Config config);

  /// Carries out, and answers, what clients have asked to be done with plugins.
  void run_orders();

  /// Readiness turns 503, sources stop, what is in the intake is delivered, clients are told and closed; at
  /// most `server.drain_timeout`. `stop` cuts it short. Returns when done.
  void drain();
  /// [any-thread] Makes a running drain end at once.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace relay
