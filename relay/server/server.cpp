#include "server/server.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>
#include <utility>

#include "auth/authenticator.h"
#include "base/ids.h"
#include "base/mailbox.h"
#include "config/listen.h"
#include "hub/hub.h"
#include "ingest/source_factory.h"
#include "journal/directory.h"
#include "journal/journal_log.h"
#include "log/memory_log.h"
#include "net/listener.h"
#include "net/shard.h"
#include "net/tls/tls_context.h"
#include "pipeline/pipeline.h"
#include "server/admin_desk.h"
#include "server/admin_login.h"
#include "server/bcrypt.h"
#include "server/plan.h"
#include "server/plugin_control.h"
#include "server/plugin_sinks.h"
#include "server/plugin_sources.h"
#include "server/privileges.h"

namespace relay {
namespace {

constexpr size_t kIntakeEvents = 65536;
constexpr size_t kIntakeBytes = 64 << 20;
constexpr size_t kMaxOrders = 64;
constexpr int64_t kHubPatienceUs = 100000;
constexpr rlim_t kReservedDescriptors = 128;  // files, journals, plugins, the admin's own connection

// Raises the soft limit to the hard one and leaves a reserve, so that accepting never runs into EMFILE.
size_t connection_limit(int configured) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
  }
  const rlim_t free =
      limit.rlim_cur > 2 * kReservedDescriptors ? limit.rlim_cur - kReservedDescriptors : limit.rlim_cur / 2;
  if (configured <= 0) return static_cast<size_t>(free);
  return std::min(static_cast<size_t>(configured), static_cast<size_t>(free));
}

int shard_count(int configured) {
  if (configured > 0) return configured;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

class HubSink final : public BatchSink {
 public:
  HubSink(Hub& hub, PluginSinks& sinks) : hub_(hub), sinks_(sinks) {}
  void publish(const RoutedBatchRef& batch) override {
    hub_.publish(batch);
    sinks_.raise();
  }
  [[nodiscard]] bool wants_views() const override { return hub_.wants_views(); }

 private:
  Hub& hub_;
  PluginSinks& sinks_;
};

class IntakeServices final : public HostServices {
 public:
  explicit IntakeServices(Intake& intake) : intake_(intake) {}
  [[nodiscard]] bool publish(const EventFields& fields) override {
    Publication publication;
    publication.events.push_back(Event::make(fields));
    return intake_.offer(std::move(publication));
  }

 private:
  Intake& intake_;
};

// Closes the intake while the journal cannot take what comes in.
class JournalWatch final : public JournalHealth {
 public:
  JournalWatch(Intake& intake, std::function<void()> on_lost)
      : intake_(intake), on_lost_(std::move(on_lost)) {}
  void journal_stuck(std::string_view code) override { intake_.suspend(code); }
  void journal_well() override { intake_.resume(); }
  void journal_lost(const Error& error) override {
    intake_.suspend(error.code);
    if (on_lost_) on_lost_();
  }

 private:
  Intake& intake_;
  const std::function<void()> on_lost_;
};

JournalLog::Options journal_options(const JournalConfig& config) {
  JournalLog::Options options;
  options.directory = config.dir.empty() ? journal_directory() : std::filesystem::path(config.dir);
  options.memory_events = static_cast<uint64_t>(config.memory_events);
  options.memory_bytes = static_cast<uint64_t>(config.memory_bytes);
  options.writer.retention_us = static_cast<int64_t>(config.retention_age * 1e6);
  options.writer.retention_bytes = static_cast<uint64_t>(config.retention_bytes);
  options.writer.keys_us = static_cast<int64_t>(config.repeat_window * 1e6);
  options.notify_after_commit = config.ack == JournalConfig::Ack::commit;
  return options;
}

}  // namespace

struct Server::Impl {
  Impl(Config initial, Options chosen, Clock& clock_, Logger& logger_)
      : config(std::make_shared<const Config>(std::move(initial))),
        options(std::move(chosen)),
        clock(clock_),
        logger(logger_),
        intake(kIntakeEvents, kIntakeBytes),
        journal_watch(intake, options.on_lost),
        log(make_log()),
        services(intake),
        plugin_files(PluginDirectory(options.plugin_places), options.plugin_host, plugin_surroundings()),
        plugin_sources(logger_),
        plugin_sinks(*log, dead_letters.log(), logger_) {}

  PluginInstance::Surroundings plugin_surroundings() {
    FieldLimits limits;
    limits.data_bytes = static_cast<size_t>(config->security.content_filtering.max_message_size);
    return {logger, clock, services, limits};
  }

  std::unique_ptr<Log> make_log() {
    const JournalConfig& wanted = config->journal;
    if (wanted.engine == JournalConfig::Engine::memory)
      return std::make_unique<MemoryLog>(random_id(), static_cast<uint64_t>(wanted.memory_events),
                                         static_cast<uint64_t>(wanted.memory_bytes));
    auto lasting = std::make_unique<JournalLog>(journal_options(wanted), clock, logger, journal_watch);
    journal = lasting.get();
    return lasting;
  }

  Status check_exposure() const;
  Status open_listeners(std::vector<std::vector<int>>& per_shard);
  void open_admin_ui();
  void recall();
  Status start_shards();
  void start_sources(std::vector<PluginSources::Entry> from_plugins);
  Status start();
  bool take_order(PluginOrder order);
  void run_orders();
  Result<std::string> run_order(const PluginOrder& order);
  void drain();

  ConfigRef config;
  const Options options;
  Clock& clock;
  Logger& logger;
  Intake intake;
  JournalWatch journal_watch;
  JournalLog* journal = nullptr;  // the log, when it is one
  std::unique_ptr<Log> log;
  DeadLetters dead_letters{random_id(), [this] { plugin_sinks.raise(); }};
  IntakeServices services;
  PluginFiles plugin_files;
  TlsContext tls;                     // outlives the shards
  std::unique_ptr<AdminLogin> login;  // null: the Admin UI is not enabled; outlives the shards
  AdminDesk desk{[this](PluginOrder order) {
    return take_order(std::move(order));
  }};                              // outlives the shards, whose requests it answers
  AuthenticatorRef authenticator;  // null: nobody is asked
  std::vector<std::unique_ptr<Shard>> shards;
  std::unique_ptr<Hub> hub;
  std::unique_ptr<HubSink> sink;
  std::unique_ptr<Pipeline> pipeline;
  std::atomic<Pipeline*> at_work{nullptr};  // the same while it runs, for the shards
  std::vector<std::unique_ptr<Source>> sources;
  PluginSources plugin_sources;
  PluginSinks plugin_sinks;
  std::vector<std::string> addresses;
  std::vector<OpenedPlugin> opened_plugins;  // the code in force, of each configured plugin
  Mailbox<PluginOrder> orders{kMaxOrders};
  bool running = false;
};

Status Server::Impl::check_exposure() const {
  if (options.insecure) return {};
  const TlsConfig& encryption = config->server.tls;
  const AuthenticationConfig& asked = config->security.authentication;
  const bool keys = !asked.keys.empty() || !asked.api_keys.empty();
  const bool asks = asked.required || (keys && asked.anonymous_role.empty()) || !encryption.client_ca.empty();
  if (encryption.enabled() && asks) return {};
  for (const std::string& text : config->server.listen) {
    const auto address = parse_listen(text);
    if (!address) return tl::unexpected(address.error());
    if (is_loopback(*address)) continue;
    return fail("exposed", text,
                std::string("is reachable from other machines and ") +
                    (asks ? "there is no TLS (server.tls), so tokens could be read on their way"
                          : "nothing asks who connects (security.authentication, or server.tls.client_ca)") +
                    "; listen on 127.0.0.1, or say --insecure if a proxy or firewall guards it");
  }
  return {};
}

// Every shard gets a socket of its own for every address; the kernel spreads connections over them.
Status Server::Impl::open_listeners(std::vector<std::vector<int>>& per_shard) {
  for (const std::string& text : config->server.listen) {
    auto address = parse_listen(text);
    if (!address) return tl::unexpected(address.error());
    if (Status unused = check_port_free(address->host, address->port); !unused) return unused;
    for (std::vector<int>& listeners : per_shard) {
      const Result<int> fd = open_listener(address->host, address->port);
      if (!fd) return tl::unexpected(fd.error());
      listeners.push_back(*fd);
      address->port = listener_port(*fd);
    }
    addresses.push_back(address->to_string());
  }
  return {};
}

void Server::Impl::open_admin_ui() {
  const AdminUiConfig& admin_ui = config->admin_ui;
  if (!admin_ui.enabled) return;
  if (admin_ui.password_hash.empty())
    logger.warn("admin",
                "the Admin UI asks for no password: everybody on this machine may use it; set "
                "admin_ui.password_hash");
  login = std::make_unique<AdminLogin>(admin_ui, clock, logger, &bcrypt_matches);
  login->start();
}

// What was published shortly before the relay's end may be published again after it.
void Server::Impl::recall() {
  for (const KeyedOutcome& outcome : journal->keys()) pipeline->remember(outcome);
  if (config->journal.repeat_window == 0) return;
  const auto most = static_cast<uint64_t>(config->journal.repeat_most);
  const int64_t since_us = clock.wall_us() - static_cast<int64_t>(config->journal.repeat_window * 1e6);
  const uint64_t newest = journal->bounds().newest;
  const uint64_t from = std::max(journal->offset_at(since_us), newest > most ? newest - most + 1 : 1);
  std::promise<void> done;
  const bool asked = journal->visit([this, from, newest, &done](LogReader& reader) {
    std::vector<EventRef> events;
    std::vector<LogReader::Hole> holes;
    for (uint64_t next = from; next <= newest;) {
      next = reader.read(next, newest, 4096, events, holes);
      for (const EventRef& event : events) pipeline->remember(*event);
    }
    done.set_value();
  });
  if (asked) done.get_future().get();
}

Status Server::Impl::start_shards() {
  const int count = shard_count(config->server.threads);
  const size_t limit =
      std::max<size_t>(1, connection_limit(config->server.max_connections) / static_cast<size_t>(count));
  std::vector<std::vector<int>> listeners(static_cast<size_t>(count));
  Status opened = open_listeners(listeners);
  give_up_binding();
  // All are there before the first of them runs: they hand each other what is for another.
  for (int number = 0; opened && number < count; ++number) {
    auto plugins = make_session_plugins(*config, plugin_files, plugin_surroundings());
    if (!plugins) {
      opened = tl::unexpected(plugins.error());
      break;
    }
    shards.push_back(std::make_unique<Shard>(Shard::Surroundings{
        number, intake, *log, dead_letters.log(), clock, logger, desk, limit, static_cast<size_t>(count),
        config, std::move(*plugins), &shards, login.get(), authenticator,
        config->server.tls.enabled() ? &tls : nullptr, [this](std::function<void(Pipeline&)> task) {
          Pipeline* const working = at_work.load();
          return working != nullptr && working->post(std::move(task));
        }}));
  }
  for (size_t number = 0; opened && number < shards.size(); ++number)
    opened = shards[number]->start(std::exchange(listeners[number], {}));
  for (const std::vector<int>& unused : listeners)
    for (const int fd : unused) close_listener(fd);
  return opened;
}

void Server::Impl::start_sources(std::vector<PluginSources::Entry> from_plugins) {
  static const std::map<std::string, std::string> kNowhere;
  const auto& positions = journal != nullptr ? journal->positions() : kNowhere;
  for (const SourceConfig& entry : config->sources) {
    sources.push_back(make_source(entry, intake, clock, logger, positions));
    sources.back()->start();
  }
  plugin_sources.exchange(std::move(from_plugins));
}

Status Server::Impl::start() {
  if (Status safe = check_exposure(); !safe) return safe;
  if (config->server.tls.enabled())
    if (Status loaded = tls.load(config->server.tls); !loaded) return loaded;
  auto made = Authenticator::make(config->security);
  if (!made) return tl::unexpected(made.error());
  authenticator = std::move(*made);
  auto plan = make_plan(*config, plugin_files, plugin_surroundings());
  if (!plan) return tl::unexpected(plan.error());
  auto plugins = open_plugins(*config, plugin_files);
  if (!plugins) return tl::unexpected(plugins.error());
  opened_plugins = std::move(*plugins);
  auto from_plugins = plugin_sources.prepare(*config, plugin_files, plugin_surroundings());
  if (!from_plugins) return tl::unexpected(from_plugins.error());
  auto sinks = plugin_sinks.prepare(*config, plugin_files, plugin_surroundings());
  if (!sinks) return tl::unexpected(sinks.error());
  if (journal != nullptr)
    if (Status opened = journal->open(random_id()); !opened) return opened;
  open_admin_ui();
  if (Status started = start_shards(); !started) return started;
  std::vector<ShardPort*> ports;
  std::vector<Shard*> all;
  for (const auto& shard : shards) {
    ports.push_back(shard.get());
    all.push_back(shard.get());
  }
  hub = std::make_unique<Hub>(std::move(ports), kHubPatienceUs);
  sink = std::make_unique<HubSink>(*hub, plugin_sinks);
  pipeline = std::make_unique<Pipeline>(
      intake, *log, dead_letters, *sink, clock, logger,
      static_cast<size_t>(config->security.content_filtering.max_message_size),
      Pipeline::RepeatLimits{static_cast<int64_t>(config->journal.repeat_window * 1e6),
                             static_cast<size_t>(config->journal.repeat_most)});
  if (journal != nullptr) recall();
  plugin_sinks.exchange(std::move(*sinks));
  pipeline->start(std::move(*plan));
  at_work = pipeline.get();
  start_sources(std::move(*from_plugins));
  std::vector<const Source*> watched;
  for (const auto& source : sources) watched.push_back(source.get());
  desk.start({*pipeline, intake, *log, dead_letters.log(), journal, *hub, clock, std::move(all),
              std::move(watched), plugin_sources, plugin_sinks, login.get(), config->admin_ui.namespace_});
  running = true;
  return {};
}

bool Server::Impl::take_order(PluginOrder order) {
  if (!options.on_order || orders.put(std::move(order)) == Mailbox<PluginOrder>::Put::full) return false;
  options.on_order();
  return true;
}

void Server::Impl::run_orders() {
  std::vector<PluginOrder> waiting;
  orders.take_all(waiting);
  for (const PluginOrder& order : waiting) {
    const Result<std::string> done = run_order(order);
    HttpResponse response;
    if (done) response.body = *done;
    if (!done) {
      const Error& error = done.error();
      const int status = error.code == "plugin_unknown" ? 404 : error.code == "reload_busy" ? 503 : 409;
      response = problem(status, error.code, error.subject + ": " + error.message);
      if (status == 409)
        logger.warn("plugins", "an order is refused, all stays as it was: " + error.to_string());
    }
    shards[static_cast<size_t>(order.shard)]->respond(order.connection_id, std::move(response));
  }
}

Result<std::string> Server::Impl::run_order(const PluginOrder& order) {
  if (!running) return fail("reload_busy", order.name, "the relay is stopping");
  for (size_t i = 0; i < opened_plugins.size(); ++i)
    if (opened_plugins[i].name == order.name)
      return PluginControl({*pipeline, shards, plugin_files, plugin_surroundings()})
          .carry_out(order, config->plugins[i], opened_plugins[i]);
  return fail("plugin_unknown", order.name,
              "no plugin of that name is configured; `senecactl plugin list` names those that are");
}

// From the sources to the clients, in the direction of the flow: nothing that was taken in is left behind.
void Server::Impl::drain() {
  if (!std::exchange(running, false)) return;
  for (const auto& shard : shards) shard->announce_drain();
  desk.stop();
  if (login != nullptr) login->stop();
  for (const auto& source : sources) source->stop();
  plugin_sources.stop();
  intake.close();
  at_work = nullptr;
  pipeline->join();
  if (journal != nullptr) journal->close();
  const auto timeout_us = static_cast<int64_t>(config->server.drain_timeout * 1e6);
  for (const auto& shard : shards) shard->drain(timeout_us);
  plugin_sinks.stop(std::chrono::milliseconds(timeout_us / 1000));
  for (const auto& shard : shards) shard->join();
}

Server::Server(Config config, Options options, Clock& clock, Logger& logger)
    : impl_(std::make_unique<Impl>(std::move(config), std::move(options), clock, logger)) {}

Server::~Server() {
  stop();
  impl_->drain();
  if (impl_->login != nullptr) impl_->login->stop();
  // They may still hand each other something: none goes before all have ended.
  for (const auto& shard : impl_->shards) shard->stop();
  for (const auto& shard : impl_->shards) shard->join();
  if (impl_->journal != nullptr) impl_->journal->close();
}

Status Server::check() {
  if (Status safe = impl_->check_exposure(); !safe) return safe;
  if (const TlsConfig& files = impl_->config->server.tls; files.enabled())
    if (Status loaded = TlsContext().load(files); !loaded) return loaded;
  const auto authenticator = Authenticator::make(impl_->config->security);
  if (!authenticator) return tl::unexpected(authenticator.error());
  const auto plan = make_plan(*impl_->config, impl_->plugin_files, impl_->plugin_surroundings());
  if (!plan) return tl::unexpected(plan.error());
  const auto plugins =
      make_session_plugins(*impl_->config, impl_->plugin_files, impl_->plugin_surroundings());
  if (!plugins) return tl::unexpected(plugins.error());
  const auto from_plugins =
      impl_->plugin_sources.prepare(*impl_->config, impl_->plugin_files, impl_->plugin_surroundings());
  if (!from_plugins) return tl::unexpected(from_plugins.error());
  const auto sinks =
      impl_->plugin_sinks.prepare(*impl_->config, impl_->plugin_files, impl_->plugin_surroundings());
  if (!sinks) return tl::unexpected(sinks.error());
  return {};
}

Status Server::start() { return impl_->start(); }
const std::vector<std::string>& Server::addresses() const { return impl_->addresses; }
std::vector<std::string> Server::plugins() const {
  std::vector<std::string> texts;
  for (const OpenedPlugin& plugin : impl_->opened_plugins)
    texts.push_back(plugin.name + " " + std::string(plugin.library->version()) + " (" +
                    plugin.library->path().string() + ")");
  return texts;
}
std::string Server::journal() const {
  return impl_->journal == nullptr ? "" : impl_->journal->directory().string();
}
int Server::threads() const { return static_cast<int>(impl_->shards.size()); }

Result<std::vector<std::string>> Server::reload(Config config) {
  if (!impl_->running) return fail("not_running", "reload", "the relay has not started, or is stopping");
  const Config& current = *impl_->config;
  std::vector<std::string> left_alone;
  const auto keep = [&](const char* key, auto& fresh, const auto& old) {
    if (fresh == old) return;
    fresh = old;
    left_alone.emplace_back(key);
  };
  keep("server.listen", config.server.listen, current.server.listen);
  keep("server.threads", config.server.threads, current.server.threads);
  keep("server.max_connections", config.server.max_connections, current.server.max_connections);
  keep("rooms.max_room_size", config.rooms.max_room_size, current.rooms.max_room_size);
  keep("security.content_filtering.max_message_size", config.security.content_filtering.max_message_size,
       current.security.content_filtering.max_message_size);
  keep("journal", config.journal, current.journal);
  keep("admin_ui", config.admin_ui, current.admin_ui);
  keep("sources", config.sources, current.sources);

  if (config.server.tls.enabled() != current.server.tls.enabled())
    keep("server.tls", config.server.tls, current.server.tls);

  auto authenticator = Authenticator::make(config.security);
  if (!authenticator) return tl::unexpected(authenticator.error());
  auto opened = open_plugins(config, impl_->plugin_files);
  if (!opened) return tl::unexpected(opened.error());
  auto plan = make_plan(config, impl_->plugin_files, impl_->plugin_surroundings());
  if (!plan) return tl::unexpected(plan.error());
  std::vector<SessionPlugins> session_plugins;
  for (size_t i = 0; i < impl_->shards.size(); ++i) {
    auto plugins = make_session_plugins(config, impl_->plugin_files, impl_->plugin_surroundings());
    if (!plugins) return tl::unexpected(plugins.error());
    session_plugins.push_back(std::move(*plugins));
  }
  auto from_plugins =
      impl_->plugin_sources.prepare(config, impl_->plugin_files, impl_->plugin_surroundings());
  if (!from_plugins) return tl::unexpected(from_plugins.error());
  auto sinks = impl_->plugin_sinks.prepare(config, impl_->plugin_files, impl_->plugin_surroundings());
  if (!sinks) return tl::unexpected(sinks.error());
  if (config.server.tls.enabled())
    if (Status loaded = impl_->tls.load(config.server.tls); !loaded) return tl::unexpected(loaded.error());
  const auto fresh = std::make_shared<PipelinePlan>(std::move(*plan));
  std::promise<void> exchanged;
  const bool posted = impl_->pipeline->post([&exchanged, fresh](Pipeline& pipeline) {
    *fresh = pipeline.exchange(std::move(*fresh));
    exchanged.set_value();
  });
  if (!posted) return fail("reload_busy", "pipeline", "too many orders wait; reload again in a moment");
  exchanged.get_future().wait();
  impl_->plugin_sources.exchange(std::move(*from_plugins));
  impl_->plugin_sinks.exchange(std::move(*sinks));
  impl_->opened_plugins = std::move(*opened);
  impl_->config = std::make_shared<const Config>(std::move(config));
  impl_->authenticator = std::move(*authenticator);
  for (size_t i = 0; i < impl_->shards.size(); ++i)
    impl_->shards[i]->reconfigure(impl_->config, std::move(session_plugins[i]), impl_->authenticator);
  return left_alone;
}

void Server::run_orders() { impl_->run_orders(); }
void Server::drain() { impl_->drain(); }

void Server::stop() {
  for (const auto& shard : impl_->shards) shard->stop();
}

}  // namespace relay
