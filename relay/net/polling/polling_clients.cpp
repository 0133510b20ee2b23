#include "net/polling/polling_clients.h"

#include <algorithm>

#include "base/ids.h"

namespace relay {

PollingClients::PollingClients(const Surroundings& surroundings, Answer answer)
    : around_(surroundings), answer_(std::move(answer)) {}

PollingClients::~PollingClients() = default;

void PollingClients::request(const PollRequest& request) {
  if (request.sid.empty()) return open(request);
  PollingClient* client = find(request.sid);
  // A client may know to the millisecond when its session ends, and ask just then.
  if (client != nullptr) {
    client->session()->check_deadlines();
    client->flush();
    client = find(request.sid);
  }
  if (client == nullptr) return answer(request.reply_to, engine_io_error(EngineIoError::unknown_sid));
  if (request.websocket || (!request.version.empty() && request.version != "4"))
    return answer(request.reply_to, engine_io_error(EngineIoError::bad_request));
  if (request.method == "GET") return client->get(request.reply_to);
  if (request.method == "POST") return client->post(request.reply_to, request.content_type, request.body);
  HttpResponse response = engine_io_error(EngineIoError::bad_request);
  response.status = 500;  // as the reference server has it
  answer(request.reply_to, std::move(response));
}

void PollingClients::open(const PollRequest& request) {
  if (clients_.size() >= around_.max_clients)
    return answer(request.reply_to,
                  problem(503, "too_many_connections", "server.max_connections is reached; try again later"));
  std::string sid = random_id(around_.shard, around_.shards);
  auto made = std::make_unique<PollingClient>(sid, static_cast<PollingHost&>(*this), request.bare);
  PollingClient& client = *clients_.emplace(std::move(sid), std::move(made)).first->second;
  if (const Status started = client.start(request.session); !started) {
    answer(request.reply_to,
           problem(400, started.error().code, started.error().subject + ": " + started.error().message));
    return done(client);
  }
  client.get(request.reply_to);
}

void PollingClients::cancelled(const std::string& sid, const ReplyTo& reply_to) {
  if (PollingClient* const client = find(sid)) client->cancelled(reply_to);
}

PollingClient* PollingClients::find(const std::string& sid) {
  const auto found = clients_.find(sid);
  return found == clients_.end() ? nullptr : found->second.get();
}

// An answered connection reads its next request, which may be for the same client: so answers are given at
// the end of the iteration, when nothing of the client's is on the stack.
void PollingClients::flush() {
  while (!to_flush_.empty() || !answers_.empty()) {
    for (PollingClient* const client : std::exchange(to_flush_, {})) {
      client->flush_wanted = false;
      client->flush();
    }
    for (auto& [reply_to, response] : std::exchange(answers_, {})) answer_(reply_to, std::move(response));
  }
}

// A flush of connections may read requests, which end clients that wait for a flush of their own.
void PollingClients::reap() {
  if (gone_.empty()) return;
  std::erase_if(to_flush_, [this](const PollingClient* client) {
    return std::any_of(gone_.begin(), gone_.end(),
                       [client](const auto& each) { return each.get() == client; });
  });
  gone_.clear();
}

void PollingClients::drain() {
  for (const auto& [sid, client] : clients_) client->drain();
}

void PollingClients::reconfigure() {
  for (const auto& [sid, client] : clients_) {
    client->session()->check_identity();
    client->session()->reconfigured();
  }
}

void PollingClients::answer(const ReplyTo& reply_to, HttpResponse response) {
  answers_.emplace_back(reply_to, std::move(response));
}

void PollingClients::flush_soon(PollingClient& client) {
  if (!std::exchange(client.flush_wanted, true)) to_flush_.push_back(&client);
}

void PollingClients::done(PollingClient& client) {
  const auto found = clients_.find(client.id());
  if (found == clients_.end()) return;
  gone_.push_back(std::move(found->second));
  clients_.erase(found);
}

}  // namespace relay
