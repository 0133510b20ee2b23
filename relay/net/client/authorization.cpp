#include "net/client/authorization.h"

#include <libwebsockets.h>

#include <array>
#include <string_view>

#include "net/client/url.h"

namespace relay {

int add_authorization(lws* wsi, const Url& url, unsigned char** at, const unsigned char* end) {
  if (url.token.empty()) return 0;
  const std::string value = "Bearer " + url.token;
  return lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_AUTHORIZATION,
                                      reinterpret_cast<const unsigned char*>(value.data()),
                                      static_cast<int>(value.size()), at, const_cast<unsigned char*>(end));
}

std::string refusal_code(lws* wsi) {
  std::array<char, 512> header{};
  if (lws_hdr_copy(wsi, header.data(), static_cast<int>(header.size()), WSI_TOKEN_HTTP_WWW_AUTHENTICATE) <= 0)
    return {};
  constexpr std::string_view kName = "error_description=\"";
  const std::string_view text(header.data());
  const size_t begin = text.find(kName);
  if (begin == std::string_view::npos) return {};
  const std::string_view code = text.substr(begin + kName.size());
  return std::string(code.substr(0, code.find('"')));
}

}  // namespace relay
