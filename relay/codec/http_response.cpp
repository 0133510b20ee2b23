#include "codec/http_response.h"

#include <algorithm>

#include <seneca/json.hpp>

namespace relay {
namespace {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return status < 500 ? "Error" : "Internal Server Error";
  }
}

}  // namespace

HttpResponse problem(int status, std::string_view code, std::string_view detail) {
  HttpResponse response;
  response.status = status;
  response.content_type = "application/problem+json";
  std::string& body = response.body;
  body = "{\"type\":\"about:blank\",\"title\":";
  seneca::append_json_string(body, reason_phrase(status));
  body += ",\"status\":" + std::to_string(status) + ",\"code\":";
  seneca::append_json_string(body, code);
  body += ",\"detail\":";
  seneca::append_json_string(body, detail);
  body += "}\n";
  return response;
}

HttpResponse problem(const HttpFault& fault) { return problem(fault.status, fault.code, fault.detail); }

std::string encode_response(const HttpResponse& response, bool keep_alive, bool head_only) {
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + " ";
  out += reason_phrase(response.status);
  out += "\r\n";
  for (const auto& [name, value] : response.headers) out += name + ": " + value + "\r\n";
  if (response.status != 204) {
    out += "Content-Type: " + response.content_type + "\r\n";
    out += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  }
  out += "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
  out += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  if (!head_only) out += response.body;
  return out;
}

void add_cors_headers(HttpResponse& response, std::string_view origin,
                      const std::vector<std::string>& allowed) {
  if (origin.empty()) return;
  const bool listed = std::any_of(allowed.begin(), allowed.end(), [origin](const std::string& entry) {
    return entry == "*" || entry == origin;
  });
  response.headers.emplace_back("Vary", "Origin");
  if (!listed) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", std::string(origin));
  response.headers.emplace_back("Access-Control-Allow-Credentials", "true");
}

}  // namespace relay
