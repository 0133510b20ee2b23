#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "isolation/bytes.h"
#include "isolation/call.h"
#include "isolation/process_news.h"
#include "isolation/spin.h"
#include "plugin/instance.h"
#include "plugin/trusted_file.h"

namespace relay {

/// What the process of a plugin is started with.
struct ProcessSetup {
  std::filesystem::path host;  ///< the program seneca-plugin-host
  std::filesystem::path path;  ///< what the plugin's file is called
  size_t memory_bytes = 0;     ///< address space it may use
};

/// The process of one plugin instance, as the relay sees it: calls go in one after the other, each with a
/// deadline; whatever the process does, the caller gets an answer or is told that there will be none.
///
/// Belongs to the thread that owns the instance; it may be handed to another one between calls. The process
/// ends with this object, and with the relay.
class PluginProcess {
 public:
  /// Starts the process; it has not loaded the plugin yet. Code plugin_process_failed.
  [[nodiscard]] static Result<std::unique_ptr<PluginProcess>> start(
      const ProcessSetup& setup, const TrustedFile& file, const std::string& name,
      const PluginInstance::Surroundings& surroundings);
  ~PluginProcess();
  PluginProcess(const PluginProcess&) = delete;
  PluginProcess& operator=(const PluginProcess&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }

  /// The content of the next call is written here, then sent. Nothing may be written while an answer is due.
  [[nodiscard]] ByteWriter request();
  void send(CallKind kind, const ByteWriter& content);

  enum class Wait { answered, overdue, gone };
  /// Waits for the answer at most so long; `overdue` can be waited for again.
  [[nodiscard]] Wait wait(int64_t patience_us);
  /// The same, but while others leave it no processor, its time does not run.
  [[nodiscard]] Wait wait_fairly(int64_t patience_us);
  /// Of the last answer: SENECA_OK or an error.
  [[nodiscard]] int32_t code() const { return code_; }
  /// Its content, until the next wait: a copy, which the process cannot change any more.
  [[nodiscard]] std::string_view content() const { return content_; }

  /// Ends the process if it has not ended. How it ended: "was killed by SIGSEGV (Segmentation fault)".
  [[nodiscard]] const std::string& end();

 private:
  PluginProcess(const FieldLimits& limits, const Clock& clock);

  enum class Received { answer, nothing_yet, nothing_more };
  [[nodiscard]] Received receive();
  /// Whether it wants the processor, and has not had it for `patience_us` since the call.
  [[nodiscard]] bool starves(int64_t patience_us) const;
  [[nodiscard]] int64_t cpu_us() const;

  const size_t half_;
  const Clock& clock_;
  char* memory_ = nullptr;
  int call_fd_ = -1;
  pid_t pid_ = -1;
  std::unique_ptr<ProcessNews> news_;
  uint32_t sequence_ = 0;
  int64_t cpu_at_send_us_ = 0;
  bool gone_ = false;
  Spin spin_;
  std::string broken_;  // what it did that no process of ours does
  std::string ending_;
  int32_t code_ = 0;
  std::string content_;
};

}  // namespace relay
