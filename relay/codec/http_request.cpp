#include "codec/http_request.h"

#include <algorithm>

namespace relay {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

bool is_token_char(char c) {
  static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kMarks.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool bad(HttpFault& fault, std::string detail) {
  fault = {400, "bad_request", std::move(detail)};
  return false;
}

bool parse_query(std::string_view text, HttpRequestHead& head) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const size_t equals = std::min(pair.find('='), pair.size());
    std::string name, value;
    if (!percent_decode(pair.substr(0, equals), true, name)) return false;
    if (equals < pair.size() && !percent_decode(pair.substr(equals + 1), true, value)) return false;
    head.query.emplace_back(std::move(name), std::move(value));
  }
  return true;
}

bool parse_request_line(std::string_view line, HttpRequestHead& head, HttpFault& fault) {
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return bad(fault, "the request line needs METHOD TARGET VERSION");
  head.method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(head.method)) return bad(fault, "the method is not a token");
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    fault = {505, "http_version", "only HTTP/1.1 and HTTP/1.0 are spoken here"};
    return false;
  }
  head.version = version;
  head.keep_alive = version == "HTTP/1.1";
  if (target.empty() || target.front() != '/')
    return bad(fault, "the target must be a path that begins with /");
  if (target.find_first_of(" \t#") != std::string_view::npos)
    return bad(fault, "the target holds a space or a fragment");
  const size_t question = std::min(target.find('?'), target.size());
  if (!percent_decode(target.substr(0, question), false, head.path))
    return bad(fault, "the path has a bad percent escape");
  if (question < target.size() && !parse_query(target.substr(question + 1), head))
    return bad(fault, "the query has a bad percent escape");
  return true;
}

bool parse_header_line(std::string_view line, Headers& headers, HttpFault& fault) {
  if (line.front() == ' ' || line.front() == '\t') return bad(fault, "folded header lines are not accepted");
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
    return bad(fault, "a header line needs NAME: VALUE");
  if (headers.size() == kMaxHeaders) {
    fault = {431, "too_many_headers",
             "at most " + std::to_string(kMaxHeaders) + " header lines are accepted"};
    return false;
  }
  headers.emplace_back(lower(line.substr(0, colon)), trim(line.substr(colon + 1)));
  return true;
}

size_t count(const Headers& headers, std::string_view name) {
  return static_cast<size_t>(std::count_if(headers.begin(), headers.end(),
                                           [name](const auto& header) { return header.first == name; }));
}

bool check_body_headers(HttpRequestHead& head, HttpFault& fault) {
  if (count(head.headers, "transfer-encoding") != 0)
    return bad(fault, "Transfer-Encoding is not accepted; send Content-Length");
  const size_t lengths = count(head.headers, "content-length");
  if (lengths > 1) return bad(fault, "Content-Length is given twice");
  if (lengths == 1) {
    const std::string_view text = head.header("content-length");
    const bool digits = !text.empty() && text.size() <= 10 &&
                        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!digits) return bad(fault, "Content-Length must be 1 to 10 digits");
    for (const char c : text) head.content_length = head.content_length * 10 + static_cast<uint64_t>(c - '0');
    head.has_content_length = true;
    return true;
  }
  if (head.method == "POST" || head.method == "PUT" || head.method == "PATCH") {
    fault = {411, "length_required", "a body needs Content-Length"};
    return false;
  }
  return true;
}

bool check_headers(HttpRequestHead& head, HttpFault& fault) {
  const size_t hosts = count(head.headers, "host");
  if (hosts > 1 || (hosts == 0 && head.keep_alive)) return bad(fault, "exactly one Host header is needed");
  const std::string connection = lower(head.joined_header("connection"));
  if (connection.find("close") != std::string::npos) head.keep_alive = false;
  return check_body_headers(head, fault);
}

bool parse_head(std::string_view text, HttpRequestHead& head, HttpFault& fault) {
  const size_t line_end = text.find("\r\n");
  head = HttpRequestHead();
  if (!parse_request_line(text.substr(0, line_end), head, fault)) return false;
  text.remove_prefix(line_end + 2);
  while (!text.empty()) {
    const size_t end = text.find("\r\n");
    if (!parse_header_line(text.substr(0, end), head.headers, fault)) return false;
    text.remove_prefix(end + 2);
  }
  return check_headers(head, fault);
}

}  // namespace

std::string_view HttpRequestHead::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

std::string HttpRequestHead::joined_header(std::string_view name) const {
  std::string joined;
  for (const auto& [key, value] : headers) {
    if (key != name) continue;
    if (!joined.empty()) joined += ", ";
    joined += value;
  }
  return joined;
}

std::string_view HttpRequestHead::query_value(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name) return value;
  return {};
}

bool percent_decode(std::string_view text, bool plus_is_space, std::string& out) {
  out.clear();
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return false;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return false;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (c == '\0') return false;
    out += c;
  }
  return true;
}

HttpHeadReader::State HttpHeadReader::read(std::string_view bytes, HttpRequestHead& head, size_t& consumed,
                                           HttpFault& fault) {
  // RFC 9112 §2.2 asks for tolerance of empty lines before a request; older clients send one after a body.
  size_t start = 0;
  while (start + 1 < bytes.size() && start < 4 && bytes[start] == '\r' && bytes[start + 1] == '\n')
    start += 2;

  for (size_t i = std::max(scanned_, start); i < bytes.size(); ++i) {
    const auto c = static_cast<unsigned char>(bytes[i]);
    if (c >= 0x20 && c != 0x7f) continue;
    if (c == '\t') continue;
    if (c == '\r') {
      if (i + 1 == bytes.size()) {
        scanned_ = i;
        break;
      }
      if (bytes[i + 1] == '\n') continue;
    }
    if (c != '\n' || i == 0 || bytes[i - 1] != '\r') {
      bad(fault, "the request head holds a control character or a line that does not end in CRLF");
      return State::fault;
    }
    if (i - start >= 3 && bytes[i - 2] == '\n') {
      consumed = i + 1;
      if (consumed > kMaxHeadBytes) break;
      return parse_head(bytes.substr(start, i - 1 - start), head, fault) ? State::complete : State::fault;
    }
    scanned_ = i + 1;
  }
  if (bytes.size() > kMaxHeadBytes) {
    fault = {431, "head_too_large",
             "the request head is larger than " + std::to_string(kMaxHeadBytes) + " bytes"};
    return State::fault;
  }
  return State::incomplete;
}

}  // namespace relay
