// seneca-plugin-host NAME MEMORY_BYTES RELAY_PID: the process of a plugin that the relay keeps apart from
// itself. Started by the relay only, which hands it the descriptors named in isolation/call.h.

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <new>

#include "isolation/call.h"
#include "isolation/plugin_host.h"
#include "isolation/sandbox.h"

#ifdef SENECA_SANITIZED  // looking for leaks takes a second process, which the sandbox forbids
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }
#endif

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs(
        "seneca-plugin-host: is started by senecactl serve, for plugins with \"isolation\": \"process\"\n",
        stderr);
    return 64;
  }
  std::set_new_handler([] { ::_exit(relay::kExitOutOfMemory); });
  const std::string refused =
      relay::enter_sandbox(std::strtoull(argv[2], nullptr, 10), static_cast<pid_t>(std::atol(argv[3])));
  if (!refused.empty()) {
    std::fprintf(stderr, "seneca-plugin-host: cannot be confined: %s\n", refused.c_str());
    return 1;
  }
  // What a plugin left behind, threads say, has no say in how its process ends.
  ::_exit(relay::PluginHost(argv[1]).serve());
}
