#include "server/privileges.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>

namespace relay {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

constexpr uint64_t bit(int capability) { return uint64_t{1} << capability; }
constexpr uint64_t kFiles = bit(CAP_DAC_OVERRIDE) | bit(CAP_DAC_READ_SEARCH);

// What cannot be given up was not there to begin with.
void keep_capabilities(uint64_t wanted) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  if (syscall(SYS_capget, &header, sets.data()) != 0) return;
  for (size_t i = 0; i < sets.size(); ++i) {
    const auto part = static_cast<uint32_t>(wanted >> (32 * i));
    sets[i].effective &= part;
    sets[i].permitted &= part;
    sets[i].inheritable = 0;
  }
  (void)syscall(SYS_capset, &header, sets.data());
}

}  // namespace

void give_up_privileges() {
  (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  keep_capabilities(kFiles | bit(CAP_NET_BIND_SERVICE));
}

void give_up_binding() { keep_capabilities(kFiles); }

void hide_memory() {
  if (kSanitized) return;
  const rlimit none{0, 0};
  (void)setrlimit(RLIMIT_CORE, &none);
  (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

}  // namespace relay
