#include "codec/http_response.h"

#include <seneca/json.hpp>

#include "support/catch.h"

using namespace relay;

namespace {

bool has_line(std::string_view answer, std::string_view line) {
  return answer.find("\r\n" + std::string(line) + "\r\n") != std::string_view::npos;
}

std::string_view header(const HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return {};
}

}  // namespace

TEST_CASE("an answer has a status line, its length and says whether the connection lives on") {
  HttpResponse response;
  response.body = "{}";
  response.headers.emplace_back("X-A", "1");
  const std::string kept = encode_response(response, true, false);
  CHECK(kept.rfind("HTTP/1.1 200 OK\r\n", 0) == 0);
  CHECK(has_line(kept, "X-A: 1"));
  CHECK(has_line(kept, "Content-Type: application/json"));
  CHECK(has_line(kept, "Content-Length: 2"));
  CHECK(has_line(kept, "X-Content-Type-Options: nosniff"));
  CHECK(has_line(kept, "Connection: keep-alive"));
  CHECK(kept.substr(kept.find("\r\n\r\n")) == "\r\n\r\n{}");
  CHECK(has_line(encode_response(response, false, false), "Connection: close"));
}

TEST_CASE("the answer to HEAD tells the length of the body it leaves out") {
  HttpResponse response;
  response.body = "12345";
  const std::string answer = encode_response(response, true, true);
  CHECK(has_line(answer, "Content-Length: 5"));
  CHECK(answer.substr(answer.size() - 4) == "\r\n\r\n");
}

TEST_CASE("an answer without content has neither length nor type") {
  HttpResponse response;
  response.status = 204;
  const std::string answer = encode_response(response, true, false);
  CHECK(answer.rfind("HTTP/1.1 204 No Content\r\n", 0) == 0);
  CHECK(answer.find("Content-Length") == std::string::npos);
  CHECK(answer.find("\r\nContent-Type:") == std::string::npos);
}

TEST_CASE("a problem is valid JSON whatever its detail holds") {
  const HttpResponse response = problem(HttpFault{431, "head_too_large", "a \"quote\"\n\x01"});
  CHECK(response.status == 431);
  CHECK(response.content_type == "application/problem+json");
  const seneca::JsonView json(response.body);
  CHECK(json.get("title").equals("Request Header Fields Too Large"));
  CHECK(json.get("status").integer(0) == 431);
  CHECK(json.get("code").equals("head_too_large"));
  CHECK(json.get("detail").string() == "a \"quote\"\n\x01");
}

TEST_CASE("every status the relay answers with has its own phrase") {
  for (const int status :
       {101, 200, 202, 204, 400, 403, 404, 405, 408, 411, 413, 415, 422, 426, 429, 431, 503, 505}) {
    HttpResponse response;
    response.status = status;
    const std::string line = encode_response(response, true, false).substr(0, 40);
    INFO(line);
    CHECK(line.rfind("HTTP/1.1 " + std::to_string(status) + " ", 0) == 0);
    CHECK(line.find(" Error") == std::string::npos);
    CHECK(line.find("Internal") == std::string::npos);
  }
}

TEST_CASE("only listed origins may read an answer") {
  HttpResponse listed;
  add_cors_headers(listed, "http://a", {"http://b", "http://a"});
  CHECK(header(listed, "Access-Control-Allow-Origin") == "http://a");
  CHECK(header(listed, "Vary") == "Origin");

  HttpResponse unlisted;
  add_cors_headers(unlisted, "http://a.evil", {"http://a"});
  CHECK(header(unlisted, "Access-Control-Allow-Origin").empty());
  CHECK(header(unlisted, "Vary") == "Origin");

  HttpResponse any;
  add_cors_headers(any, "http://x", {"*"});
  CHECK(header(any, "Access-Control-Allow-Origin") == "http://x");

  HttpResponse no_page;
  add_cors_headers(no_page, "", {"*"});
  CHECK(no_page.headers.empty());
}
