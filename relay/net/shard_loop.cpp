#include "net/shard_loop.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/ids.h"
#include "net/acceptor.h"
#include "net/connection.h"
#include "net/flush_queue.h"
#include "net/listener.h"
#include "net/lws_context.h"
#include "net/polling/polling_clients.h"
#include "net/socket_sorter.h"
#include "net/tls/tls_context.h"
#include "session/frame_cache.h"
#include "session/member_timer.h"

namespace relay {
namespace {

constexpr int64_t kTickMs = 10;
constexpr size_t kDispatchBeforeFlush = 256;  // events; below any sensible message_queue_size

// Without coalescing there is nothing to wait for.
int64_t max_delay_us(const Config& config) {
  return config.performance.batch_messages ? config.performance.batch_max_delay_ms * int64_t{1000} : 0;
}

}  // namespace

struct ShardLoop::Impl final : ConnectionHost, Publisher, History, RecoveryPeers {
  Impl(const Shard::Surroundings& surroundings, Owner& shard)
      : around(surroundings),
        owner(shard),
        timers(surroundings.clock.monotonic_us()),
        hub(static_cast<size_t>(surroundings.config->rooms.max_room_size), surroundings.log.bounds().newest),
        frames(surroundings.log.epoch(), surroundings.config->server.recovery_window > 0),
        drops(surroundings.clock),
        recovery(make_recovery()),
        shared{hub,
               frames,
               *this,
               *this,
               timers,
               report.counters,
               drops,
               surroundings.log,
               surroundings.dead_letters,
               surroundings.clock,
               surroundings.logger,
               surroundings.config,
               surroundings.session_plugins,
               recovery.get()},
        polling({shared, number(), surroundings.shards, surroundings.max_connections},
                [this](const ReplyTo& reply_to, HttpResponse response) {
                  answer(reply_to, std::move(response));
                }),
        flushes(surroundings.clock, max_delay_us(*surroundings.config)) {
    shared.authenticator = surroundings.authenticator;
    if (surroundings.access == nullptr) return;
    admins = std::make_unique<AdminFeed>(*surroundings.config, number(), surroundings.shards, owner,
                                         *surroundings.access, surroundings.clock);
    shared.admin = admins.get();
  }

  // ConnectionHost
  ShardServices& services() override { return shared; }
  Admin& admin() override { return around.admin; }
  int shard_number() const override { return around.number; }
  bool draining() const override { return drain_announced; }
  void flush_soon(Connection& connection) override { flushes.add_urgent(connection); }
  void flush_in_turn(Connection& connection) override { flushes.add_patient(connection); }
  void count_write(size_t bytes, bool blocked) override {
    ++report.writes;
    report.bytes_sent += bytes;
    if (blocked) ++report.blocked_writes;
  }
  Gather& gather() override { return writing; }
  Inflater& inflater() override { return unpacker; }
  const AddressRanges& trusted_proxies() const override { return trusted; }
  void poll(PollRequest request) override;
  void poll_cancelled(const std::string& sid, const ReplyTo& reply_to) override {
    if (shard_of(sid) == number())
      polling.cancelled(sid, reply_to);
    else
      owner.pass_on_cancel(shard_of(sid), sid, reply_to);
  }
  PollingClient* polling_client(const std::string& sid) override { return polling.find(sid); }
  [[nodiscard]] bool knows_session(const std::string& sid) const override {
    return connection_of(sid) != nullptr || const_cast<PollingClients&>(polling).find(sid) != nullptr;
  }
  void session_moved(const std::string& sid, Connection* connection) override {
    if (connection != nullptr)
      moved[sid] = connection;
    else
      moved.erase(sid);
  }

  // Publisher
  bool submit(std::vector<EventRef>& events, std::string_view session_id, uint64_t token,
              std::string_view key) override {
    const size_t count = events.size();
    if (!owner.submit(events, session_id, token, key)) return false;
    report.counters.events_published += count;
    return true;
  }

  void presence_changed(PresenceChange change) override { owner.presence_changed(std::move(change)); }
  std::string refusal() const override {
    const std::string why = around.intake.suspended();
    return why == "journal_behind" ? "" : why;  // that is want of room
  }
  bool fetch(uint64_t from, uint64_t to, size_t limit, std::string_view session_id) override {
    return owner.fetch(from, to, limit, session_id);
  }
  bool fetch_routed(uint64_t from, uint64_t to, size_t limit, std::string_view session_id) override {
    return owner.fetch_routed(from, to, limit, session_id);
  }
  bool answer(const Log& log, std::string_view connection_id,
              std::function<HttpResponse(LogReader&)> job) override {
    return owner.answer_from(log, connection_id, std::move(job));
  }
  bool ask_presence(std::string_view namespace_, std::string_view room, std::string_view session_id,
                    uint64_t token) override {
    return owner.ask_presence(namespace_, room, session_id, token);
  }

  // RecoveryPeers
  [[nodiscard]] size_t shard() const override { return number(); }
  [[nodiscard]] size_t shards() const override { return around.shards; }
  [[nodiscard]] bool ask(size_t shard, RecoveryQuestion question) override {
    return owner.ask_for_record(shard, std::move(question));
  }

  void on_drain_over(int64_t) { stopping = true; }
  void accepted(int fd);
  void sorted(const AcceptedSocketRef& socket, std::string_view sid);
  void adopt(AcceptedSocket& socket);
  [[nodiscard]] bool full() const { return clients.size() + sorter.size() >= around.max_connections; }
  void turn_away(const AcceptedSocket& socket);
  void take_poll(const PollRequest& request);
  void answer(const ReplyTo& reply_to, HttpResponse response);
  [[nodiscard]] size_t number() const { return static_cast<size_t>(around.number); }
  [[nodiscard]] size_t shard_of(std::string_view sid) const { return part_of_id(sid, around.shards); }
  [[nodiscard]] Connection* connection_of(const std::string& session) const;
  template <class Visit>
  void for_each_session(Visit visit) const {
    for (const auto& [id, client] : clients)
      if (Session* const session = client->connection.session()) visit(*session, &client->connection);
    polling.for_each([&visit](const PollingClient& client) { visit(*client.session(), nullptr); });
  }
  void flush_due();
  void look_around();
  void dispatch(const RoutedBatchRef& batch);
  [[nodiscard]] std::unique_ptr<Recovery> make_recovery();
  [[nodiscard]] bool may_dispatch() const;
  [[nodiscard]] size_t memory_share() const;
  void shed();
  [[nodiscard]] Explanation explain(const std::string& client, uint64_t offset) const;
  void bury(Client& client);
  void close_network();

  const Shard::Surroundings around;
  const std::string busy_answer = encode_response(
      problem(503, "too_many_connections", "server.max_connections is reached; try again later"), false,
      false);
  Owner& owner;
  TimerWheel timers;
  ShardHub hub;
  FrameCache frames;
  DropLedger drops;
  ShardReport report;
  std::unique_ptr<Recovery> recovery;  // null: off
  std::unique_ptr<AdminFeed> admins;   // null: the Admin UI is not enabled
  ShardServices shared;
  MemberTimer<Impl> drain_over{*this, &Impl::on_drain_over};
  uv_loop_t loop{};
  uv_async_t wake_handle{};
  uv_timer_t tick{};
  uv_timer_t flush_timer{};  // only wakes the loop, which then looks whether a flush is due
  Acceptor acceptor{{loop, timers, around.clock, around.logger}, [this](int fd) { accepted(fd); }};
  SocketSorter sorter{{loop, timers, around.clock},
                      [this](const AcceptedSocketRef& socket, std::string_view sid) { sorted(socket, sid); }};
  AddressRanges trusted = AddressRanges::of(around.config->server.trusted_proxies);
  LwsContext network{[this](Client& client) { bury(client); }};
  std::unordered_map<std::string_view, std::unique_ptr<Client>> clients;  // by their connections' own ids
  std::unordered_map<std::string, Connection*> moved;  // sessions that began by polling, by their sids
  std::vector<std::unique_ptr<Client>> graveyard;  // closed in this iteration; their code may be on the stack
  PollingClients polling;
  FlushQueue flushes;
  bool looking_around = false;
  bool more_to_flush = false;  // now: the loop may not sleep
  Gather writing;
  Inflater unpacker;
  bool drain_announced = false;
  bool is_draining = false;
  bool stopping = false;
  bool closing = false;
};

ShardLoop::ShardLoop(const Shard::Surroundings& surroundings, Owner& owner)
    : impl_(std::make_unique<Impl>(surroundings, owner)) {
  // The wake handle must exist before any other thread can use it.
  uv_loop_init(&impl_->loop);
  impl_->wake_handle.data = impl_->tick.data = impl_.get();
  uv_timer_init(&impl_->loop, &impl_->tick);
  uv_timer_init(&impl_->loop, &impl_->flush_timer);
  uv_async_init(&impl_->loop, &impl_->wake_handle, [](uv_async_t* handle) {
    Impl& self = *static_cast<Impl*>(handle->data);
    // Orders that come while the loop is closing find nothing left to act on.
    if (!self.closing) self.owner.on_wake();
  });
}

ShardLoop::~ShardLoop() {
  impl_->close_network();
  // Only now: other threads may wake a shard whose loop has ended, but not one that is gone.
  uv_close(reinterpret_cast<uv_handle_t*>(&impl_->wake_handle), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&impl_->tick), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&impl_->flush_timer), nullptr);
  uv_run(&impl_->loop, UV_RUN_NOWAIT);
  uv_loop_close(&impl_->loop);
}

Status ShardLoop::open(const std::vector<int>& listeners) {
  Status opened = impl_->network.open(impl_->loop);
  impl_->acceptor.open(listeners);
  if (!opened) return opened;
  uv_timer_start(
      &impl_->tick,
      [](uv_timer_t* handle) {
        Impl& self = *static_cast<Impl*>(handle->data);
        self.timers.advance(self.around.clock.monotonic_us());
      },
      kTickMs, kTickMs);
  return {};
}

void ShardLoop::Impl::accepted(int fd) {
  const auto socket =
      std::make_shared<AcceptedSocket>(fd, around.tls == nullptr ? nullptr : around.tls->new_session());
  if (full() || (around.tls != nullptr && socket->tls == nullptr))
    turn_away(*socket);
  else if (around.shards > 1 && !is_draining)
    sorter.add(socket);
  else
    adopt(*socket);
}

void ShardLoop::Impl::sorted(const AcceptedSocketRef& socket, std::string_view sid) {
  if (sid.empty() || shard_of(sid) == number() || !owner.pass_on_socket(shard_of(sid), socket))
    adopt(*socket);
}

void ShardLoop::Impl::turn_away(const AcceptedSocket& socket) {
  ++report.refused;
  if (around.tls == nullptr)
    (void)send(socket.fd(), busy_answer.data(), busy_answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

void ShardLoop::Impl::adopt(AcceptedSocket& socket) {
  if (full()) return turn_away(socket);
  const int on = 1;
  setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  auto client = std::make_unique<Client>(random_id(number(), around.shards), std::move(socket.peer), *this,
                                         std::move(socket.tls));
  if (!network.adopt(socket.release(), *client)) {
    ++report.refused;
    return;
  }
  ++report.accepted;
  Connection& connection = client->connection;
  clients.emplace(connection.id(), std::move(client));
  if (!socket.plain.empty()) connection.on_bytes(socket.plain.data(), socket.plain.size());
}

void ShardLoop::Impl::poll(PollRequest request) {
  const size_t shard = request.sid.empty() ? number() : shard_of(request.sid);
  if (shard == number()) return take_poll(request);
  const ReplyTo reply_to = request.reply_to;
  if (!owner.pass_on(shard, std::move(request)))
    answer(reply_to, problem(503, "busy", "the relay is overloaded; try again in a moment"));
}

void ShardLoop::Impl::take_poll(const PollRequest& request) {
  const Connection* const websocket = request.sid.empty() ? nullptr : connection_of(request.sid);
  if (websocket != nullptr && websocket->session() != nullptr)
    return answer(request.reply_to, engine_io_error(EngineIoError::bad_request));
  polling.request(request);
}

void ShardLoop::Impl::answer(const ReplyTo& reply_to, HttpResponse response) {
  if (reply_to.shard != number()) return owner.pass_on_answer(reply_to, std::move(response));
  const auto found = clients.find(reply_to.connection_id);
  if (found != clients.end()) found->second->connection.on_answer(std::move(response));
}

Connection* ShardLoop::Impl::connection_of(const std::string& session) const {
  const auto found = clients.find(session);
  if (found != clients.end()) return &found->second->connection;
  const auto came_by_polling = moved.find(session);
  return came_by_polling == moved.end() ? nullptr : came_by_polling->second;
}

void ShardLoop::Impl::bury(Client& client) {
  const auto found = clients.find(client.connection.id());
  if (found == clients.end()) return;
  graveyard.push_back(std::move(found->second));
  clients.erase(found);
}

void ShardLoop::Impl::flush_due() {
  const std::optional<int64_t> delay_us = flushes.flush_due([this] { look_around(); });
  more_to_flush = delay_us == 0;
  if (!delay_us || more_to_flush || uv_is_active(reinterpret_cast<uv_handle_t*>(&flush_timer))) return;
  uv_update_time(&loop);
  const auto milliseconds = static_cast<uint64_t>(std::max<int64_t>(1, (*delay_us + 500) / 1000));
  uv_timer_start(
      &flush_timer, [](uv_timer_t*) {}, milliseconds, 0);
}

// Only from flush_due, that is, outside of the loop's callbacks: libuv's loop may not run inside itself.
void ShardLoop::Impl::look_around() {
  looking_around = true;
  uv_run(&loop, UV_RUN_NOWAIT);
  owner.before_sleep();
  flushes.flush_urgent();
  looking_around = false;
}

// The batches reach as far back as a lost connection may go unnoticed before its record is made.
std::unique_ptr<Recovery> ShardLoop::Impl::make_recovery() {
  const Config& config = *around.config;
  const ServerConfig& server = config.server;
  if (server.recovery_window == 0) return nullptr;
  RecentBatches::Limits limits{};
  limits.age_us =
      static_cast<int64_t>((server.recovery_window + server.ping_interval + server.ping_timeout) * 1e6);
  limits.events = static_cast<uint64_t>(config.journal.memory_events);
  limits.bytes = static_cast<uint64_t>(config.journal.memory_bytes);
  return std::make_unique<Recovery>(
      Recovery::Surroundings{hub, timers, around.clock, *this, report.counters.recovery_forgotten},
      static_cast<int64_t>(server.recovery_window * 1e6), limits);
}

void ShardLoop::Impl::dispatch(const RoutedBatchRef& batch) {
  if (recovery != nullptr) recovery->note_batch(batch);
  hub.dispatch(*batch);
  frames.batch_done();
  if (frames.live_bytes() > memory_share()) shed();
  flushes.count_dispatched(batch->events.size());
  // Coalesce across batches, but never pile up more than an outbox holds before the sockets get their turn.
  if (!looking_around && !may_dispatch()) flushes.flush_all();
}

bool ShardLoop::Impl::may_dispatch() const {
  return flushes.dispatched() <
         std::min<size_t>(kDispatchBeforeFlush,
                          static_cast<size_t>(shared.config->performance.message_queue_size) / 2 + 1);
}

size_t ShardLoop::Impl::memory_share() const {
  return static_cast<size_t>(shared.config->performance.memory_limit) / around.shards;
}

// Frames are shared, so what only the slowest still wait for is freed first: those with most waiting.
void ShardLoop::Impl::shed() {
  std::vector<Session*> slowest;
  for_each_session([&slowest](Session& session, const Connection*) {
    if (!session.outbox().empty()) slowest.push_back(&session);
  });
  std::sort(slowest.begin(), slowest.end(),
            [](Session* a, Session* b) { return a->outbox().bytes() > b->outbox().bytes(); });
  const size_t enough = memory_share() / 4 * 3;
  for (Session* session : slowest) {
    if (frames.live_bytes() <= enough) return;
    session->outbox().shed(DropReason::memory_limit);
  }
}

void ShardLoop::run() {
  Impl& self = *impl_;
  while (!self.stopping) {
    uv_run(&self.loop, self.more_to_flush ? UV_RUN_NOWAIT : UV_RUN_ONCE);
    self.owner.before_sleep();
    self.polling.flush();
    self.flush_due();
    self.polling.reap();
    // A closed connection may still be queued for a flush, which then does nothing; after it, nothing refers
    // to it.
    std::erase_if(self.graveyard, [](const auto& client) { return !FlushQueue::queued(client->connection); });
    if (self.is_draining && self.clients.empty() && self.polling.size() == 0) self.stopping = true;
  }
  self.close_network();
}

void ShardLoop::Impl::close_network() {
  closing = true;
  if (admins != nullptr) admins->stop();
  acceptor.close_handles();
  sorter.close();
  uv_timer_stop(&tick);
  uv_timer_stop(&flush_timer);
  network.destroy();
  uv_unref(reinterpret_cast<uv_handle_t*>(&wake_handle));
  while (uv_run(&loop, UV_RUN_NOWAIT) != 0) {
  }
  network.free_rest();
  acceptor.close_listeners();
  flushes.clear();
  graveyard.clear();
  clients.clear();
}

void ShardLoop::wake() { uv_async_send(&impl_->wake_handle); }

ShardHub& ShardLoop::hub() { return impl_->hub; }

void ShardLoop::dispatch(const RoutedBatchRef& batch) { impl_->dispatch(batch); }

bool ShardLoop::may_dispatch() const { return !impl_->looking_around || impl_->may_dispatch(); }

void ShardLoop::published(const std::string& connection_id, uint64_t token, const PublishResult& result) {
  if (Connection* const connection = impl_->connection_of(connection_id))
    connection->on_published(token, result);
  else if (PollingClient* const client = impl_->polling.find(connection_id))
    client->published(token, result);
}

void ShardLoop::answered(const std::string& connection_id, uint64_t token, std::string_view members) {
  if (Connection* const connection = impl_->connection_of(connection_id))
    connection->on_answered(token, members);
  else if (PollingClient* const client = impl_->polling.find(connection_id))
    client->answered(token, members);
}

void ShardLoop::fetched(const std::string& session, HistoryChunk chunk) {
  if (Connection* const connection = impl_->connection_of(session))
    connection->on_fetched(std::move(chunk));
  else if (PollingClient* const client = impl_->polling.find(session))
    client->session()->fetched(std::move(chunk));
}

void ShardLoop::answer(const std::string& connection_id, HttpResponse response) {
  impl_->answer({impl_->number(), connection_id}, std::move(response));
}

void ShardLoop::poll(const PollRequest& request) { impl_->take_poll(request); }

void ShardLoop::cancel_poll(const std::string& sid, const ReplyTo& reply_to) {
  impl_->polling.cancelled(sid, reply_to);
}

void ShardLoop::adopt(AcceptedSocket& socket) { impl_->adopt(socket); }

void ShardLoop::ask_for_record(const RecoveryQuestion& question) {
  RecoveryRecordRef record;
  if (impl_->recovery != nullptr) record = impl_->recovery->take(question.pid, question.namespace_);
  impl_->owner.answer_with_record(question.asker, question.ticket, std::move(record));
}

void ShardLoop::answer_with_record(uint64_t ticket, RecoveryRecordRef record) {
  if (impl_->recovery != nullptr) impl_->recovery->answered(ticket, std::move(record));
}

void ShardLoop::admin_verdict(const std::string& session, uint64_t attempt, const AdminVerdict& verdict) {
  Session* found = nullptr;
  if (Connection* const connection = impl_->connection_of(session))
    found = connection->session();
  else if (PollingClient* const client = impl_->polling.find(session))
    found = client->session();
  if (found != nullptr) found->admin_verdict(attempt, verdict);
}

void ShardLoop::tell_admins(const AdminNews& news) {
  if (impl_->admins != nullptr) impl_->admins->deliver(news);
}

std::string ShardLoop::admin_sockets() const {
  const auto outbox = static_cast<size_t>(impl_->shared.config->performance.message_queue_bytes);
  std::string json;
  impl_->for_each_session(
      [&json, most = outbox / 2 / impl_->around.shards](const Session& session, const Connection*) {
        session.append_sockets(json, most);
      });
  return json;
}

Explanation ShardLoop::Impl::explain(const std::string& client, uint64_t offset) const {
  const Session* asked = nullptr;
  for_each_session([&](const Session& session, const Connection*) {
    if (session.answers_to(client)) asked = &session;
  });
  return asked != nullptr ? asked->explain(offset) : explain_drops(client, offset, shared);
}

ShardReport ShardLoop::report(const ShardQuestion& question) const {
  ShardReport report = impl_->report;
  report.shard = impl_->around.number;
  report.connections = impl_->clients.size();
  report.refused += impl_->acceptor.failures();
  if (impl_->recovery != nullptr) report.recovery_records = impl_->recovery->records();
  report.filter_classes = impl_->hub.filter_classes();
  report.frame_bytes = impl_->frames.live_bytes();
  report.flush_pause_us = impl_->flushes.pause_us();
  impl_->for_each_session([&](const Session& session, const Connection* connection) {
    const Endpoint::Kind kind = connection == nullptr ? Endpoint::Kind::socket_io : connection->kind();
    if (connection == nullptr) ++report.polling;
    if (kind == Endpoint::Kind::socket_io) ++report.socketio;
    if (kind == Endpoint::Kind::plain_websocket) ++report.websocket;
    if (kind == Endpoint::Kind::event_stream) ++report.sse;
    if (!question.sessions) return;
    report.sessions.push_back(session.info());
    if (connection == nullptr) report.sessions.back().protocol += ".polling";
  });
  for (const auto& plugin : impl_->shared.session_plugins)
    report.session_plugins.push_back(describe(plugin->instance()));
  if (impl_->admins != nullptr) report.admin_traffic = impl_->admins->traffic();
  if (question.namespaces) report.namespaces = impl_->hub.namespaces();
  if (question.rooms) report.rooms = impl_->hub.rooms();
  if (!question.why_client.empty()) report.why = impl_->explain(question.why_client, question.why_offset);
  return report;
}

void ShardLoop::reconfigure(const ConfigRef& config, SessionPlugins session_plugins,
                            AuthenticatorRef authenticator) {
  impl_->shared.authenticator = std::move(authenticator);
  impl_->shared.config = config;
  impl_->trusted = AddressRanges::of(config->server.trusted_proxies);
  impl_->shared.session_plugins = std::move(session_plugins);
  impl_->frames.forget_codecs();
  impl_->flushes.set_max_delay_us(max_delay_us(*config));
  for (const auto& [id, client] : impl_->clients) client->connection.reconfigure();
  impl_->polling.reconfigure();
}

void ShardLoop::replace_plugin(const std::shared_ptr<SessionPlugin>& plugin) {
  for (auto& each : impl_->shared.session_plugins)
    if (each->instance().name() == plugin->instance().name()) each = plugin;
  impl_->frames.forget_codecs();
  if (!plugin->subprotocol().empty())
    for (const auto& [id, client] : impl_->clients) client->connection.reconfigure();
}

void ShardLoop::announce_drain() { impl_->drain_announced = true; }

void ShardLoop::drain(int64_t timeout_us) {
  impl_->drain_announced = true;
  impl_->is_draining = true;
  impl_->acceptor.stop();
  impl_->sorter.close();
  impl_->timers.arm(impl_->drain_over, impl_->around.clock.monotonic_us() + timeout_us);
  impl_->polling.drain();
  for (const auto& [id, client] : impl_->clients) client->connection.drain();
}

void ShardLoop::stop() { impl_->stopping = true; }

}  // namespace relay
