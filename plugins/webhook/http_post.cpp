#include "http_post.h"

#include <curl/curl.h>

#include <array>
#include <memory>
#include <mutex>
#include <stdexcept>

namespace {

// What is answered is of no interest, however long.
size_t ignore(char*, size_t size, size_t count, void*) { return size * count; }

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

void add(List& list, const std::string& line) {
  curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  (void)list.release();
  list.reset(longer);
}

void check_url(const std::string& url) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> parsed(curl_url(), curl_url_cleanup);
  char* scheme = nullptr;
  const bool valid = curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) == CURLUE_OK &&
                     curl_url_get(parsed.get(), CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK;
  const std::string name = valid ? scheme : "";
  curl_free(scheme);
  if (name != "http" && name != "https") throw std::runtime_error("/url: is no http:// or https:// URL");
}

}  // namespace

HttpPost::HttpPost(std::string url, long timeout_ms) : curl_(nullptr), url_(std::move(url)) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  check_url(url_);
  curl_ = curl_easy_init();
  if (curl_ == nullptr) throw std::runtime_error("libcurl cannot be used");
  curl_easy_setopt(curl_, CURLOPT_URL, url_.c_str());
  curl_easy_setopt(curl_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);  // the relay's threads take no signals
  curl_easy_setopt(curl_, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, timeout_ms);
  curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, ignore);
  curl_easy_setopt(curl_, CURLOPT_POST, 1L);
}

HttpPost::~HttpPost() {
  if (curl_ != nullptr) curl_easy_cleanup(curl_);
}

HttpPost::Answer HttpPost::send(const std::string& body, const Headers& headers) {
  List list;
  for (const auto& [name, value] : headers) add(list, name + ": " + value);
  add(list, "Expect:");  // no asking first
  std::array<char, CURL_ERROR_SIZE> why{};
  curl_easy_setopt(curl_, CURLOPT_ERRORBUFFER, why.data());
  curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, list.get());
  curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  const CURLcode code = curl_easy_perform(curl_);
  curl_easy_setopt(curl_, CURLOPT_ERRORBUFFER, nullptr);
  curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, nullptr);
  Answer answer;
  if (code != CURLE_OK) {
    answer.error = why[0] != '\0' ? why.data() : curl_easy_strerror(code);
    return answer;
  }
  curl_off_t retry_after = 0;
  curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &answer.status);
  curl_easy_getinfo(curl_, CURLINFO_RETRY_AFTER, &retry_after);
  answer.retry_after_s = retry_after;
  return answer;
}
