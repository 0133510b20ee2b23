#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <thread>

#include "plugin/instance.h"

namespace relay {

/// Listens to what the process of a plugin says between its answers: lines for the log, events it publishes,
/// and what it prints. A thread of its own, which ends when the process does.
class ProcessNews {
 public:
  /// Takes the descriptors over. `name` is the plugin's.
  ProcessNews(int news_fd, int output_fd, std::string name, const PluginInstance::Surroundings& surroundings);
  /// The process has ended.
  ~ProcessNews();
  ProcessNews(const ProcessNews&) = delete;
  ProcessNews& operator=(const ProcessNews&) = delete;

 private:
  void run();
  [[nodiscard]] bool read_news();
  [[nodiscard]] bool read_output();
  void take(std::string_view message);
  void publish(const EventFields& fields);
  void print(std::string_view text);

  const int news_fd_;
  const int output_fd_;
  const std::string name_;
  const PluginInstance::Surroundings surroundings_;
  std::string message_;
  std::string line_;  // what it has printed of a line
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace relay
