#include "net/shard.h"

#include <algorithm>
#include <future>
#include <memory>
#include <thread>
#include <utility>
#include <variant>

#include "base/mailbox.h"
#include "base/thread_name.h"
#include "net/presence_backlog.h"
#include "net/shard_loop.h"
#include "pipeline/pipeline.h"

namespace relay {
namespace {

constexpr size_t kMaxBatches = 1024;
constexpr size_t kMaxNotes = 65536;
constexpr size_t kMaxOutgoingEvents = 1024;
constexpr size_t kMaxQuestions = 1024;

}  // namespace

// What comes from other threads goes through two mailboxes: batches, which the hub may have to wait with, and
// notes (acks, answers, orders), which are few and must not wait.
struct Shard::Impl final : private ShardLoop::Owner {
  struct Published {
    std::string connection_id;
    uint64_t token;
    PublishResult result;
  };
  struct Answered {
    std::string connection_id;
    uint64_t token;
    std::string members;
  };
  struct Fetched {
    std::string session;
    HistoryChunk chunk;
  };
  struct Answer {
    std::string connection_id;
    HttpResponse response;
  };
  struct Missed {
    uint64_t from, to;
  };
  struct Report {
    ShardQuestion question;
    std::function<void(ShardReport)> done;
  };
  using Poll = std::unique_ptr<PollRequest>;
  struct CancelPoll {
    std::string sid;
    ReplyTo reply_to;
  };
  struct Adopt {
    AcceptedSocketRef socket;
  };
  struct RecordAnswer {
    uint64_t ticket;
    RecoveryRecordRef record;
  };
  struct Verdict {
    std::string session;
    uint64_t attempt;
    AdminVerdict verdict;
  };
  struct CollectSockets {
    size_t asker;
    std::string session;
  };
  struct Reconfigure {
    ConfigRef config;
    SessionPlugins session_plugins;
    AuthenticatorRef authenticator;
  };
  struct ReplacePlugin {
    std::shared_ptr<SessionPlugin> plugin;
  };
  struct AnnounceDrain {};
  struct Drain {
    int64_t timeout_us;
  };
  struct Stop {};
  using Note = std::variant<Published, Answered, Fetched, Answer, Poll, CancelPoll, Adopt, RecoveryQuestion,
                            RecordAnswer, Missed, Report, Verdict, AdminNewsRef, CollectSockets, Reconfigure,
                            ReplacePlugin, AnnounceDrain, Drain, Stop>;

  // Brings the fate of a publication home to the shard it came from.
  class Receipt final : public PublishReceipt {
   public:
    Receipt(Impl& shard, std::string_view connection_id, uint64_t token)
        : shard_(shard), connection_id_(connection_id), token_(token) {}
    void complete(const PublishResult& result) override {
      if (!shard_.note(Published{std::move(connection_id_), token_, result})) shard_.acks_lost.fetch_add(1);
    }

    [[nodiscard]] const std::string& connection_id() const { return connection_id_; }

   private:
    Impl& shard_;
    std::string connection_id_;
    uint64_t token_;
  };

  // Brings the answer home likewise: to a session, or with token 0 to a request.
  class Question final : public PresenceQuestion {
   public:
    Question(Impl& shard, std::string_view asked_namespace, std::string_view asked_room,
             std::string_view connection_id, uint64_t token)
        : PresenceQuestion(asked_namespace, asked_room),
          shard_(shard),
          connection_id_(connection_id),
          token_(token) {}
    void answer(std::string members) override {
      if (shard_.note(Answered{std::move(connection_id_), token_, std::move(members)})) return;
      shard_.acks_lost.fetch_add(1);
      shard_.questions.fetch_sub(1);
    }

    [[nodiscard]] const std::string& connection_id() const { return connection_id_; }

   private:
    Impl& shard_;
    std::string connection_id_;
    uint64_t token_;
  };

  explicit Impl(const Surroundings& surroundings)
      : around(surroundings), batches(kMaxBatches), notes(kMaxNotes), loop(surroundings, *this) {}

  bool note(Note&& message) {
    const auto put = notes.put(std::move(message));
    if (put == Mailbox<Note>::Put::queued_first) loop.wake();
    return put != Mailbox<Note>::Put::full;
  }

  // ShardLoop::Owner
  void on_wake() override {
    const bool fresh = taken_batches.empty() && taken_notes.empty();
    if (fresh) {
      // Missed ranges come after the batches before them: the hub notes one only when the batch mailbox was
      // full.
      notes.take_all(taken_notes);
      batches.take_all(taken_batches);
    }
    while (next_batch < taken_batches.size() && loop.may_dispatch())
      loop.dispatch(taken_batches[next_batch++]);
    if (next_batch < taken_batches.size()) return loop.wake();  // the rest after the flush that is under way
    next_batch = 0;
    taken_batches.clear();
    for (Note& message : taken_notes) std::visit([this](auto& content) { handle(content); }, message);
    taken_notes.clear();
    // What came while a rest was left had its wake then, and would wait for another for ever.
    if (!fresh) loop.wake();
  }
  bool submit(std::vector<EventRef>& events, std::string_view connection_id, uint64_t token,
              std::string_view key) override {
    if (intake_full || draining || outgoing_events >= kMaxOutgoingEvents) before_sleep();
    if (intake_full || around.intake.is_suspended()) return false;
    Publication publication;
    publication.events = std::move(events);
    publication.key = key;
    if (token != 0) publication.receipt = std::make_unique<Receipt>(*this, connection_id, token);
    if (draining) {  // the intake closes soon: who is refused must hear it
      if (around.intake.offer(std::move(publication))) return true;
      events = std::move(publication.events);
      return false;
    }
    outgoing_events += publication.events.size();
    outgoing.push_back(std::move(publication));
    return true;
  }
  void presence_changed(PresenceChange change) override {
    if (ending) return;
    if (intake_full) return presence.add(std::move(change));
    append_presence(outgoing, std::move(change));
    if (++outgoing_events >= kMaxOutgoingEvents) before_sleep();
  }
  bool ask_presence(std::string_view namespace_, std::string_view room, std::string_view connection_id,
                    uint64_t token) override {
    if (intake_full || draining || questions.load() >= kMaxQuestions) return false;
    outgoing.emplace_back().question =
        std::make_unique<Question>(*this, namespace_, room, connection_id, token);
    ++outgoing_events;
    questions.fetch_add(1);
    return true;
  }
  [[nodiscard]] Shard& other(size_t shard) const { return *around.all->at(shard); }
  bool pass_on(size_t shard, PollRequest request) override { return other(shard).poll(std::move(request)); }
  void pass_on_cancel(size_t shard, std::string sid, const ReplyTo& reply_to) override {
    other(shard).cancel_poll(std::move(sid), reply_to);
  }
  void pass_on_answer(const ReplyTo& reply_to, HttpResponse response) override {
    other(reply_to.shard).respond(reply_to.connection_id, std::move(response));
  }
  bool pass_on_socket(size_t shard, const AcceptedSocketRef& socket) override {
    return other(shard).adopt(socket);
  }
  static HistoryChunk read_chunk(LogReader& reader, uint64_t from, uint64_t to, size_t limit) {
    HistoryChunk chunk;
    chunk.from = from;
    chunk.next = reader.read(from, to, limit, chunk.events, chunk.holes);
    return chunk;
  }
  void bring(const std::string& session, HistoryChunk chunk) {
    if (!note(Fetched{session, std::move(chunk)})) acks_lost.fetch_add(1);
  }
  bool fetch(uint64_t from, uint64_t to, size_t limit, std::string_view session_id) override {
    return around.log.visit([this, from, to, limit, session = std::string(session_id)](LogReader& reader) {
      bring(session, read_chunk(reader, from, to, limit));
    });
  }
  // Over the thread that reads the journal and the pipeline's to this shard's.
  bool fetch_routed(uint64_t from, uint64_t to, size_t limit, std::string_view session_id) override {
    return around.log.visit([this, from, to, limit, session = std::string(session_id)](LogReader& reader) {
      const auto read = std::make_shared<HistoryChunk>(read_chunk(reader, from, to, limit));
      const bool asked =
          around.ask_pipeline && around.ask_pipeline([this, session, read](Pipeline& pipeline) {
            read->routed = pipeline.route_past(std::exchange(read->events, {}));
            bring(session, std::move(*read));
          });
      if (!asked) bring(session, {from, from, {}, {}});
    });
  }
  bool answer_from(const Log& log, std::string_view connection_id,
                   std::function<HttpResponse(LogReader&)> job) override {
    return log.visit([this, job = std::move(job), id = std::string(connection_id)](LogReader& reader) {
      (void)note(Answer{id, job(reader)});
    });
  }
  bool ask_for_record(size_t shard, RecoveryQuestion question) override {
    return other(shard).ask_for_record(std::move(question));
  }
  void answer_with_record(size_t shard, uint64_t ticket, RecoveryRecordRef record) override {
    other(shard).answer_with_record(ticket, std::move(record));
  }

  // AdminPort
  void log_in(const std::string& session, uint64_t attempt, AdminCredentials credentials) override {
    around.access->log_in(std::move(credentials), [this, session, attempt](AdminVerdict verdict) {
      (void)note(Verdict{session, attempt, std::move(verdict)});
    });
  }
  void tell(const AdminNewsRef& news) override {
    for (const auto& shard : *around.all) shard->tell_admins(news);
  }
  void collect_sockets(const std::string& session) override {
    for (const auto& shard : *around.all) shard->collect_sockets(static_cast<size_t>(around.number), session);
  }

  // What one iteration read goes to the pipeline at once: waking it for every message would cost more than
  // the message.
  void before_sleep() override {
    if (outgoing.empty()) return;
    around.intake.offer_all(outgoing);
    // Before anything newer.
    if (outgoing.empty() && !presence.empty()) {
      outgoing = presence.take();
      around.intake.offer_all(outgoing);
    }
    outgoing_events = 0;
    for (const Publication& refused : outgoing) outgoing_events += refused.size();
    intake_full = !outgoing.empty();
  }

  // The intake is closed for good. A request is told so; a session's client hears that the relay stops, and
  // has no acknowledgement.
  void refuse_outgoing() {
    ending = true;
    presence.clear();
    for (const Publication& left : std::exchange(outgoing, {})) {
      const auto* const receipt = static_cast<const Receipt*>(left.receipt.get());
      const auto* const question = static_cast<const Question*>(left.question.get());
      if (receipt == nullptr && question == nullptr) continue;
      loop.answer(receipt != nullptr ? receipt->connection_id() : question->connection_id(),
                  problem(503, "draining", "the relay is stopping; publish again in a moment"));
    }
  }

  void handle(Published& message) { loop.published(message.connection_id, message.token, message.result); }
  void handle(Answered& message) {
    questions.fetch_sub(1);
    if (message.token != 0) return loop.answered(message.connection_id, message.token, message.members);
    HttpResponse response;
    response.body = '{' + message.members + "}\n";
    loop.answer(message.connection_id, std::move(response));
  }
  void handle(Fetched& message) { loop.fetched(message.session, std::move(message.chunk)); }
  void handle(Answer& message) { loop.answer(message.connection_id, std::move(message.response)); }
  void handle(Poll& message) { loop.poll(*message); }
  void handle(CancelPoll& message) { loop.cancel_poll(message.sid, message.reply_to); }
  void handle(Adopt& message) { loop.adopt(*message.socket); }
  void handle(RecoveryQuestion& message) { loop.ask_for_record(message); }
  void handle(RecordAnswer& message) { loop.answer_with_record(message.ticket, std::move(message.record)); }
  void handle(Missed& message) { loop.hub().missed(message.from, message.to); }
  void handle(Report& message) {
    ShardReport report = loop.report(message.question);
    report.acks_lost = acks_lost.load();
    message.done(std::move(report));
  }
  void handle(Verdict& message) { loop.admin_verdict(message.session, message.attempt, message.verdict); }
  void handle(AdminNewsRef& message) { loop.tell_admins(*message); }
  void handle(CollectSockets& message) {
    AdminNews news;
    news.kind = AdminNews::Kind::sockets;
    news.shard = static_cast<size_t>(around.number);
    news.sockets = loop.admin_sockets();
    news.session = std::move(message.session);
    other(message.asker).tell_admins(std::make_shared<const AdminNews>(std::move(news)));
  }
  void handle(Reconfigure& message) {
    loop.reconfigure(message.config, std::move(message.session_plugins), std::move(message.authenticator));
  }
  void handle(ReplacePlugin& message) { loop.replace_plugin(message.plugin); }
  void handle(AnnounceDrain&) {
    draining = true;
    loop.announce_drain();
  }
  void handle(Drain& message) {
    refuse_outgoing();
    loop.drain(message.timeout_us);
  }
  void handle(Stop&) {
    ending = true;
    loop.stop();
  }

  const Surroundings around;
  Mailbox<RoutedBatchRef> batches;
  Mailbox<Note> notes;
  std::vector<RoutedBatchRef> taken_batches;
  size_t next_batch = 0;
  std::vector<Note> taken_notes;
  std::vector<Publication>
      outgoing;  // read in this iteration, or refused by the intake and to be offered again
  size_t outgoing_events = 0;
  PresenceBacklog presence;  // what came while the intake was full; empty while it is not
  bool intake_full = false;
  bool draining = false;
  bool ending = false;               // who leaves now leaves because the relay does
  std::atomic<size_t> questions{0};  // asked and not answered
  std::atomic<uint64_t> acks_lost{0};
  ShardLoop loop;
  std::thread thread;
};

Shard::Shard(const Surroundings& surroundings) : impl_(std::make_unique<Impl>(surroundings)) {}

Shard::~Shard() {
  stop();
  join();
}

Status Shard::start(std::vector<int> listeners) {
  std::promise<Status> started;
  std::future<Status> result = started.get_future();
  impl_->thread = std::thread([this, &started, listeners = std::move(listeners)] {
    name_thread("shard-" + std::to_string(impl_->around.number));
    Status opened = impl_->loop.open(listeners);
    const bool running = opened.has_value();
    started.set_value(std::move(opened));
    if (running) impl_->loop.run();
  });
  return result.get();
}

bool Shard::deliver(const RoutedBatchRef& batch) {
  const auto put = impl_->batches.put(RoutedBatchRef(batch));
  if (put == Mailbox<RoutedBatchRef>::Put::queued_first) impl_->loop.wake();
  return put != Mailbox<RoutedBatchRef>::Put::full;
}

void Shard::missed(uint64_t from, uint64_t to) {
  if (!impl_->note(Impl::Missed{from, to}))
    impl_->around.logger.error("net", "a shard is stuck: it could not even be told what it missed");
}

bool Shard::wants_views() const { return impl_->loop.hub().has_pages(); }

void Shard::respond(std::string connection_id, HttpResponse response) {
  (void)impl_->note(Impl::Answer{std::move(connection_id), std::move(response)});
}

bool Shard::poll(PollRequest request) {
  return impl_->note(std::make_unique<PollRequest>(std::move(request)));
}

void Shard::cancel_poll(std::string sid, ReplyTo reply_to) {
  (void)impl_->note(Impl::CancelPoll{std::move(sid), std::move(reply_to)});
}

bool Shard::adopt(AcceptedSocketRef socket) { return impl_->note(Impl::Adopt{std::move(socket)}); }

bool Shard::ask_for_record(RecoveryQuestion question) { return impl_->note(std::move(question)); }

void Shard::answer_with_record(uint64_t ticket, RecoveryRecordRef record) {
  (void)impl_->note(Impl::RecordAnswer{ticket, std::move(record)});
}

void Shard::tell_admins(AdminNewsRef news) { (void)impl_->note(std::move(news)); }

void Shard::collect_sockets(size_t asker, std::string session) {
  (void)impl_->note(Impl::CollectSockets{asker, std::move(session)});
}

void Shard::report(ShardQuestion question, std::function<void(ShardReport)> done) {
  (void)impl_->note(Impl::Report{std::move(question), std::move(done)});
}

void Shard::reconfigure(ConfigRef config, SessionPlugins session_plugins, AuthenticatorRef authenticator) {
  (void)impl_->note(
      Impl::Reconfigure{std::move(config), std::move(session_plugins), std::move(authenticator)});
}

void Shard::replace_plugin(std::shared_ptr<SessionPlugin> plugin) {
  (void)impl_->note(Impl::ReplacePlugin{std::move(plugin)});
}

void Shard::announce_drain() { (void)impl_->note(Impl::AnnounceDrain{}); }
void Shard::drain(int64_t timeout_us) { (void)impl_->note(Impl::Drain{timeout_us}); }
void Shard::stop() { (void)impl_->note(Impl::Stop{}); }

void Shard::join() {
  if (impl_->thread.joinable()) impl_->thread.join();
}

}  // namespace relay
