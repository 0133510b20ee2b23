#include "net/http/exchange.h"
#include "seneca_page.h"

// GET /: the page in dashboard/, built into the program so that no file of the machine is ever served.

namespace relay {

void handle_page(HttpExchange& exchange) {
  HttpResponse response;
  response.content_type = "text/html; charset=UTF-8";
  response.body = kPage;
  response.headers.emplace_back("Content-Security-Policy",
                                "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
                                "connect-src 'self' ws: wss:");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  exchange.respond(std::move(response));
}

}  // namespace relay
