#include "base/log.h"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "base/printable.h"

namespace relay {
namespace {

constexpr size_t kQueueLines = 8192;

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      break;
  }
  return spdlog::level::err;
}

class StderrLogger final : public Logger {
 public:
  explicit StderrLogger(LogLevel minimum)
      : pool_(std::make_shared<spdlog::details::thread_pool>(kQueueLines, 1)),
        logger_(std::make_shared<spdlog::async_logger>(
            "seneca", std::make_shared<spdlog::sinks::stderr_sink_mt>(), pool_,
            spdlog::async_overflow_policy::overrun_oldest)) {
    logger_->set_formatter(std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %-5l %v",
                                                                       spdlog::pattern_time_type::utc));
    logger_->set_level(to_spdlog(minimum));
  }
  ~StderrLogger() override {
    logger_->flush();
    pool_.reset();  // writes what is queued and joins its thread, which then holds no logger any more
  }

  void write(LogLevel level, std::string_view component, std::string_view text) override {
    if (!logger_->should_log(to_spdlog(level))) return;  // before anything is copied
    logger_->log(to_spdlog(level), "{:<8} {}", component, printable(text));
  }

 private:
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::async_logger> logger_;
};

class NullLogger final : public Logger {
 public:
  void write(LogLevel, std::string_view, std::string_view) override {}
};

}  // namespace

std::unique_ptr<Logger> make_stderr_logger(LogLevel minimum) {
  return std::make_unique<StderrLogger>(minimum);
}
std::unique_ptr<Logger> make_null_logger() { return std::make_unique<NullLogger>(); }

}  // namespace relay
