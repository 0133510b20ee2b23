#include "codec/agree_on_deflate.h"

#include <chrono>
#include <string>
#include <vector>

#include "support/catch.h"

using namespace relay;

namespace {

const std::string kAgreed = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
const std::string kAgreedWindow = kAgreed + "; server_max_window_bits=12";

}  // namespace

TEST_CASE("an offer of permessage-deflate is taken without context takeover on either side") {
  const std::vector<std::string> offers = {
      "permessage-deflate",
      "permessage-deflate; client_max_window_bits",
      "permessage-deflate; client_max_window_bits=8",
      "permessage-deflate; client_max_window_bits=\"15\"",
      "permessage-deflate; client_max_window_bits=\"1\\0\"",
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
      " ,\t, permessage-deflate ;client_no_context_takeover\t, ",
  };
  for (const std::string& offer : offers) {
    INFO(offer);
    CHECK(agree_on_deflate(offer) == kAgreed);
  }
}

TEST_CASE("a client's limit to our window is kept, or its offer passed over") {
  for (const char* bits : {"12", "13", "14", "15", "\"12\""})
    CHECK(agree_on_deflate("permessage-deflate; server_max_window_bits=" + std::string(bits)) ==
          kAgreedWindow);
  for (const char* bits : {"8", "9", "10", "11"})
    CHECK(agree_on_deflate("permessage-deflate; server_max_window_bits=" + std::string(bits)).empty());
}

TEST_CASE("the first offer that can be met is taken") {
  CHECK(agree_on_deflate("permessage-deflate; server_max_window_bits=8, permessage-deflate") == kAgreed);
  CHECK(agree_on_deflate("x-webkit-deflate-frame, permessage-deflate; server_max_window_bits=15, "
                         "permessage-deflate") == kAgreedWindow);
  CHECK(agree_on_deflate("permessage-deflate; mystery=1, permessage-deflate") == kAgreed);
  CHECK(agree_on_deflate("permessage-deflate, permessage-deflate; mystery") == kAgreed);
}

TEST_CASE("an offer with a parameter that is unknown, repeated or wrong is passed over") {
  const std::vector<std::string> offers = {
      "",
      "permessage-bzip2",
      "Permessage-Deflate",
      "permessage-deflate; mystery",
      "permessage-deflate; Client_Max_Window_Bits",
      "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
      "permessage-deflate; client_max_window_bits; client_max_window_bits=10",
      "permessage-deflate; mystery; mystery",
      "permessage-deflate; server_no_context_takeover=1",
      "permessage-deflate; client_no_context_takeover=\"true\"",
      "permessage-deflate; server_max_window_bits",
      "permessage-deflate; server_max_window_bits=7",
      "permessage-deflate; server_max_window_bits=16",
      "permessage-deflate; server_max_window_bits=012",
      "permessage-deflate; server_max_window_bits=12a",
      "permessage-deflate; server_max_window_bits=+12",
      "permessage-deflate; client_max_window_bits=7",
      "permessage-deflate; client_max_window_bits=99999999999999999999",
  };
  for (const std::string& offer : offers) {
    INFO(offer);
    CHECK(agree_on_deflate(offer).empty());
    CHECK(agree_on_deflate(offer + (offer.empty() ? "" : ", ") + "permessage-deflate") == kAgreed);
  }
}

TEST_CASE("a header that breaks the grammar counts as absent, even behind a good offer") {
  const std::vector<std::string> broken = {
      "permessage-deflate;",
      "permessage-deflate; ",
      "permessage-deflate; =12",
      "permessage-deflate; server_max_window_bits=",
      "permessage-deflate; server_max_window_bits=\"",
      "permessage-deflate; server_max_window_bits=\"\"",
      "permessage-deflate; server_max_window_bits=\"12",
      "permessage-deflate; server_max_window_bits=\"12\\",
      "permessage-deflate; server_max_window_bits=\"1 2\"",
      "permessage-deflate; server_max_window_bits=\"1,2\"",
      "permessage-deflate; server_max_window_bits=12 13",
      "permessage-deflate server_no_context_takeover",
      "permessage-deflate; a b",
      "permessage/deflate",
      "; client_max_window_bits",
      "\"permessage-deflate\"",
      std::string("permessage-deflate\0", 19),
      "permessage-deflate; \xff",
  };
  for (const std::string& header : broken) {
    INFO(header);
    CHECK(agree_on_deflate(header).empty());
    CHECK(agree_on_deflate("permessage-deflate, " + header).empty());
  }
}

TEST_CASE("a long header costs time in proportion to its length") {
  std::string header;
  while (header.size() < 200'000) header += "permessage-deflate; client_max_window_bits=\"\\1\\6\" \t ,,";
  const auto begin = std::chrono::steady_clock::now();
  CHECK(agree_on_deflate(header).empty());
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
}
