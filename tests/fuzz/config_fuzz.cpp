// links: seneca_config
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/loader.h"
#include "config/render.h"

// Any text: no crash; and what loads must show, and load back equal.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t newline = text.find('\n');
  const relay::ConfigResult loaded =
      relay::load_config_text(text.substr(newline == std::string_view::npos ? 0 : newline + 1), "fuzz",
                              {std::string(text.substr(0, newline))});
  (void)relay::load_config_text(text, "fuzz");
  if (!loaded) return 0;
  const relay::ConfigResult again = relay::load_config_text(relay::show_config(loaded->config), "shown");
  if (!again || !(again->config == loaded->config)) std::abort();
  return 0;
}
