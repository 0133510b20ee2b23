#include "isolation/sandbox.h"

#include <malloc.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace relay {
namespace {

// New processes and programs, other processes, sockets, and what belongs to administrators only.
constexpr std::array kForbidden = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(pidfd_open),
    SCMP_SYS(pidfd_send_signal),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(tkill),
    SCMP_SYS(socket),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(setns),
    SCMP_SYS(unshare),
    SCMP_SYS(reboot),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(adjtimex),
    SCMP_SYS(clock_adjtime),
    SCMP_SYS(setrlimit),
    SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname),
    SCMP_SYS(quotactl),
    SCMP_SYS(acct),
    SCMP_SYS(iopl),
    SCMP_SYS(ioperm),
    SCMP_SYS(seccomp),
};

int forbid_calls() {
  const std::unique_ptr<void, void (*)(scmp_filter_ctx)> filter(::seccomp_init(SCMP_ACT_ALLOW),
                                                                ::seccomp_release);
  if (!filter) return ENOMEM;
  const scmp_filter_ctx context = filter.get();
  const uint32_t no = SCMP_ACT_ERRNO(EPERM);
  const auto self = static_cast<scmp_datum_t>(::getpid());
  int worst = 0;
  const auto note = [&worst](int result) { worst = result < 0 && worst == 0 ? -result : worst; };
  for (const int call : kForbidden) note(::seccomp_rule_add_array(context, no, call, 0, nullptr));
  const auto forbid_if = [&](int call, const scmp_arg_cmp& argument) {
    note(::seccomp_rule_add_array(context, no, call, 1, &argument));
  };
  // Threads, but no processes; glibc asks for clone when there is no clone3, whose flags nobody can look at.
  forbid_if(SCMP_SYS(clone), {0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0});
  note(::seccomp_rule_add_array(context, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0, nullptr));
  forbid_if(SCMP_SYS(kill), {0, SCMP_CMP_NE, self, 0});
  forbid_if(SCMP_SYS(tgkill), {0, SCMP_CMP_NE, self, 0});
  forbid_if(SCMP_SYS(prlimit64), {2, SCMP_CMP_NE, 0, 0});
  return worst != 0 ? worst : -::seccomp_load(context);
}

int limit(int resource, rlim_t value) {
  const rlimit both{value, value};
  return ::setrlimit(static_cast<__rlimit_resource>(resource), &both) == 0 ? 0 : errno;
}

}  // namespace

std::string enter_sandbox(size_t memory_bytes, pid_t relay) {
  // It may have gone before it could be asked for.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != relay)
    return "the relay that started it is gone";
  ::mallopt(M_ARENA_MAX, 2);  // each takes 64 MiB of address space
  const auto why = [](const char* what, int error) {
    return std::string(what) + ": " + std::strerror(error);
  };
  if (const int error = limit(RLIMIT_CORE, 0)) return why("RLIMIT_CORE", error);
#ifdef SENECA_SANITIZED  // a sanitizer takes more address space than there is
  static_cast<void>(memory_bytes);
#else
  if (const int error = limit(RLIMIT_AS, memory_bytes)) return why("RLIMIT_AS", error);
#endif
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return why("PR_SET_NO_NEW_PRIVS", errno);
  if (const int error = forbid_calls()) return why("seccomp", error);
  return "";
}

}  // namespace relay
