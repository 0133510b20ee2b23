#include "isolation/plugin_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <fstream>
#include <utility>

namespace relay {
namespace {

// A process that the others leave no processor to is not killed for it, but not waited for for ever either.
constexpr int64_t kStarvedUs = 2'000'000;
constexpr int64_t kStarvedStepUs = 5000;

/// A descriptor of ours, closed in every process that we start, and out of the way of kFirstUnusedFd.
class OwnFd {
 public:
  explicit OwnFd(int fd) : fd_(fd < 0 ? -1 : ::fcntl(fd, F_DUPFD_CLOEXEC, 64)) {
    if (fd >= 0) ::close(fd);
  }
  OwnFd(OwnFd&& other) noexcept : fd_(other.release()) {}
  OwnFd& operator=(OwnFd&&) = delete;
  ~OwnFd() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

struct Pair {
  OwnFd ours, theirs;
};

Pair socket_pair() {
  std::array<int, 2> fds = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds.data()) != 0) fds = {-1, -1};
  return {OwnFd(fds[0]), OwnFd(fds[1])};
}

Pair pipe_pair() {
  std::array<int, 2> fds = {-1, -1};
  if (::pipe2(fds.data(), O_CLOEXEC) != 0) fds = {-1, -1};
  return {OwnFd(fds[0]), OwnFd(fds[1])};
}

// Nobody can make it shorter: reading what is not there any more would end the relay.
OwnFd shared_memory(size_t bytes) {
  OwnFd fd(::memfd_create("seneca-plugin", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  const bool done = fd.get() >= 0 && ::ftruncate(fd.get(), static_cast<off_t>(bytes)) == 0 &&
                    ::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0;
  return done ? std::move(fd) : OwnFd(-1);
}

/// What posix_spawn is told, released at the end.
struct SpawnOptions {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};

  SpawnOptions() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    // A group of its own: Ctrl+C in a terminal is for the relay, which still has events for the plugin.
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(&attributes,
                               POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  SpawnOptions(const SpawnOptions&) = delete;
  SpawnOptions& operator=(const SpawnOptions&) = delete;
  ~SpawnOptions() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  void become(int from, int to) { ::posix_spawn_file_actions_adddup2(&actions, from, to); }
};

Error failed(const std::string& name, const std::string& what, int error) {
  return {"plugin_process_failed", "plugins/" + name,
          "its process could not be started: " + what + ": " + std::strerror(error)};
}

std::string describe_end(int status) {
  if (WIFEXITED(status)) {
    if (WEXITSTATUS(status) == kExitOutOfMemory) return "ran out of its memory (process.memory_limit)";
    return "exited by itself with code " + std::to_string(WEXITSTATUS(status));
  }
  const int signal = WTERMSIG(status);
  const char* name = ::sigabbrev_np(signal);
  return std::string("was killed by ") + (name ? "SIG" + std::string(name) : std::to_string(signal));
}

}  // namespace

Result<std::unique_ptr<PluginProcess>> PluginProcess::start(
    const ProcessSetup& setup, const TrustedFile& file, const std::string& name,
    const PluginInstance::Surroundings& surroundings) {
  std::unique_ptr<PluginProcess> self(new PluginProcess(surroundings.limits, surroundings.clock));
  const OwnFd memory = shared_memory(2 * self->half_);
  Pair calls = socket_pair();
  Pair news = socket_pair();
  Pair output = pipe_pair();
  const OwnFd plugin(::dup(file.descriptor()));
  const OwnFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  for (const int fd : {memory.get(), calls.ours.get(), calls.theirs.get(), news.ours.get(), news.theirs.get(),
                       output.ours.get(), output.theirs.get(), plugin.get(), nothing.get()})
    if (fd < 0) return tl::unexpected(failed(name, "descriptors or memory", errno));
  void* mapped = ::mmap(nullptr, 2 * self->half_, PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0);
  if (mapped == MAP_FAILED) return tl::unexpected(failed(name, "memory", errno));
  self->memory_ = static_cast<char*>(mapped);

  SpawnOptions options;
  options.become(nothing.get(), STDIN_FILENO);
  options.become(output.theirs.get(), STDOUT_FILENO);
  options.become(output.theirs.get(), STDERR_FILENO);
  options.become(calls.theirs.get(), kCallFd);
  options.become(memory.get(), kMemoryFd);
  options.become(news.theirs.get(), kNewsFd);
  options.become(plugin.get(), kPluginFd);
  ::posix_spawn_file_actions_addclosefrom_np(&options.actions, kFirstUnusedFd);
  std::array<std::string, 4> words = {setup.host.string(), name, std::to_string(setup.memory_bytes),
                                      std::to_string(::getpid())};
  std::array<char*, 5> arguments{};
  for (size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  const int error = ::posix_spawn(&self->pid_, setup.host.c_str(), &options.actions, &options.attributes,
                                  arguments.data(), environ);
  if (error != 0) {
    self->pid_ = -1;
    return tl::unexpected(failed(name, setup.host.string(), error));
  }
  self->call_fd_ = calls.ours.release();
  self->news_ = std::make_unique<ProcessNews>(news.ours.release(), output.ours.release(), name, surroundings);
  return self;
}

PluginProcess::PluginProcess(const FieldLimits& limits, const Clock& clock)
    : half_(half_bytes(limits)), clock_(clock) {}

PluginProcess::~PluginProcess() {
  if (pid_ > 0) static_cast<void>(end());
  news_.reset();
  if (call_fd_ >= 0) ::close(call_fd_);
  if (memory_ != nullptr) ::munmap(memory_, 2 * half_);
}

ByteWriter PluginProcess::request() { return ByteWriter({memory_, half_}); }

void PluginProcess::send(CallKind kind, const ByteWriter& content) {
  const Call call{kind, ++sequence_, content.size(), clock_.wall_us()};
  cpu_at_send_us_ = cpu_us();
  gone_ = ::send(call_fd_, &call, sizeof call, MSG_NOSIGNAL) != sizeof call;
}

PluginProcess::Wait PluginProcess::wait(int64_t patience_us) {
  using std::chrono::steady_clock;
  const auto end = steady_clock::now() + std::chrono::microseconds(patience_us);
  Received received = Received::nothing_yet;
  const auto look = [&] { return (received = receive()) != Received::nothing_yet; };
  if (!gone_ && spin_.run(look)) {
    gone_ = received == Received::nothing_more;
    return gone_ ? Wait::gone : Wait::answered;
  }
  for (auto left = end - steady_clock::now(); !gone_; left = end - steady_clock::now()) {
    const int64_t left_ns = std::max<int64_t>(left.count(), 0);
    const timespec timeout{left_ns / 1'000'000'000, left_ns % 1'000'000'000};
    pollfd entry{call_fd_, POLLIN, 0};
    const int ready = ::ppoll(&entry, 1, &timeout, nullptr);
    if (ready == 0) return Wait::overdue;
    if (ready < 0) continue;  // a signal
    received = receive();
    if (received == Received::answer) return Wait::answered;
    gone_ = received == Received::nothing_more;
  }
  return Wait::gone;
}

PluginProcess::Wait PluginProcess::wait_fairly(int64_t patience_us) {
  Wait result = wait(patience_us);
  for (int64_t waited_us = patience_us;
       result == Wait::overdue && waited_us < kStarvedUs && starves(patience_us); waited_us += kStarvedStepUs)
    result = wait(kStarvedStepUs);
  return result;
}

PluginProcess::Received PluginProcess::receive() {
  Answer answer{};
  const ssize_t count = ::recv(call_fd_, &answer, sizeof answer, MSG_DONTWAIT | MSG_TRUNC);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return Received::nothing_yet;
  if (count <= 0) return Received::nothing_more;
  if (count != sizeof answer || answer.sequence != sequence_ || answer.bytes > half_) {
    broken_ = "gave an answer that belongs to no question";
    return Received::nothing_more;
  }
  code_ = answer.code;
  content_.assign(memory_ + half_, answer.bytes);
  return Received::answer;
}

bool PluginProcess::starves(int64_t patience_us) const {
  if (cpu_us() - cpu_at_send_us_ >= patience_us) return false;
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
  std::string line;
  std::getline(file, line);
  const size_t state = line.rfind(") ");  // the name before it may hold anything
  return state != std::string::npos && state + 2 < line.size() && line[state + 2] == 'R';
}

int64_t PluginProcess::cpu_us() const {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return 0;
  return used.tv_sec * 1'000'000 + used.tv_nsec / 1000;
}

const std::string& PluginProcess::end() {
  if (!ending_.empty()) return ending_;
  int status = 0;
  // One that has let go of the socket has ended, or is about to, or plays dead.
  pid_t reaped = 0;
  if (gone_ && broken_.empty())
    for (int i = 0; i < 20 && reaped == 0; ++i) {
      reaped = ::waitpid(pid_, &status, WNOHANG);
      if (reaped == 0) ::usleep(500);
    }
  const bool killed = reaped == 0;
  if (killed) {
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  gone_ = true;
  if (!broken_.empty())
    ending_ = broken_;
  else
    ending_ = killed ? "was killed" : describe_end(status);
  return ending_;
}

}  // namespace relay
