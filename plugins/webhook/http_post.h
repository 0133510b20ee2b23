#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// POSTs to one URL over a connection that is kept. One thread.
///
/// Follows no redirects: what is secret goes nowhere but to the configured place.
class HttpPost {
 public:
  struct Answer {
    long status = 0;            ///< 0: there was none
    std::string error;          ///< why there was none
    int64_t retry_after_s = 0;  ///< what the server asks for, 0 when it does not
  };
  using Headers = std::vector<std::pair<std::string, std::string>>;

  /// Throws std::runtime_error for a URL that is neither http nor https, or cannot be read.
  HttpPost(std::string url, long timeout_ms);
  ~HttpPost();
  HttpPost(const HttpPost&) = delete;
  HttpPost& operator=(const HttpPost&) = delete;

  [[nodiscard]] Answer send(const std::string& body, const Headers& headers);

 private:
  void* curl_;
  std::string url_;
};
