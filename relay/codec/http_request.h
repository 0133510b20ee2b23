#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace relay {

/// Why a request is refused: the answer's status, a stable code and a sentence with the remedy.
struct HttpFault {
  int status = 400;
  std::string code;
  std::string detail;
};

/// The head of one HTTP/1.x request, taken apart. Owns its bytes; movable.
struct HttpRequestHead {
  std::string method;
  std::string path;                                          ///< percent-decoded, without the query
  std::string version;                                       ///< "HTTP/1.1" or "HTTP/1.0"
  std::vector<std::pair<std::string, std::string>> query;    ///< percent-decoded, in order
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case, values trimmed
  uint64_t content_length = 0;
  bool has_content_length = false;
  bool keep_alive = true;

  /// The value of a header by its lower-case name, "" when absent.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  /// All values of a header, joined with ", ".
  [[nodiscard]] std::string joined_header(std::string_view name) const;
  /// The first value of a query parameter, "" when absent.
  [[nodiscard]] std::string_view query_value(std::string_view name) const;
};

constexpr size_t kMaxHeadBytes = 16 * 1024;
constexpr size_t kMaxHeaders = 100;

/// Reads request heads out of a connection's bytes. Strict, because a head that two readers understand
/// differently is how requests are smuggled: CRLF only, no folding, no control characters, one Host, one
/// plain Content-Length, no Transfer-Encoding. One per connection; pure.
class HttpHeadReader {
 public:
  enum class State { incomplete, complete, fault };

  /// Looks at `bytes`, all that came since the last head ended (the same bytes and more at each call). When
  /// complete, `head` is filled in and `consumed` is the length of the head; call `reset` before the next
  /// one.
  [[nodiscard]] State read(std::string_view bytes, HttpRequestHead& head, size_t& consumed, HttpFault& fault);
  void reset() { scanned_ = 0; }

 private:
  size_t scanned_ = 0;  ///< bytes already known to hold no end and no forbidden character
};

/// Decodes %XX and, where `plus_is_space`, "+". False for a bad escape or a NUL.
[[nodiscard]] bool percent_decode(std::string_view text, bool plus_is_space, std::string& out);

}  // namespace relay
