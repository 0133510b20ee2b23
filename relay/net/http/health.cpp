#include "net/http/exchange.h"

namespace relay {
namespace {

HttpResponse plain(int status, std::string text) {
  HttpResponse response;
  response.status = status;
  response.content_type = "text/plain; charset=UTF-8";
  response.body = std::move(text);
  return response;
}

}  // namespace

void handle_healthz(HttpExchange& exchange) { exchange.respond(plain(200, "ok\n")); }

void handle_readyz(HttpExchange& exchange) {
  exchange.respond(exchange.draining() ? plain(503, "draining\n") : plain(200, "ready\n"));
}

}  // namespace relay
