#include "session/client_plugins.h"

#include <algorithm>
#include <utility>

#include "plugin/event_fields.h"
#include "session/admin_feed.h"

namespace relay {

ClientPlugins::ClientPlugins(ShardServices& services, PluginClient& host, std::string_view id,
                             std::string_view namespace_, std::string_view address)
    : services_(services) {
  const bool bare = namespace_.empty();
  // Admins are nobody else's.
  if (services.admin != nullptr && services.admin->config().namespace_ == namespace_) return;
  for (const auto& plugin : services.session_plugins) {
    if (bare ? !plugin->serves_bare() : !plugin->serves(namespace_)) continue;
    seneca_client client{};
    client.size = sizeof client;
    client.bare = bare ? 1 : 0;
    client.id = to_str(id);
    client.namespace_ = to_str(namespace_);
    client.address = to_str(address);
    client.impl = &host;
    seats_.push_back({plugin, client});
  }
}

Status ClientPlugins::connect(std::string_view auth, std::string& data) {
  for (auto seat = seats_.begin(); seat != seats_.end(); ++seat) {
    Status accepted = seat->plugin->connect(seat->client, auth, data);
    if (accepted) continue;
    seats_.erase(seat, seats_.end());
    disconnected("refused");
    return accepted;
  }
  return {};
}

void ClientPlugins::connected(std::string_view auth) {
  for (Seat& seat : seats_) seat.plugin->connected(seat.client, auth);
}

Result<bool> ClientPlugins::client_event(const SessionPlugin::Event& event) {
  for (Seat& seat : seats_) {
    Result<bool> handled = seat.plugin->client_event(seat.client, event);
    if (!handled || *handled) return handled;
  }
  return false;
}

void ClientPlugins::disconnected(std::string_view reason) {
  timer_.disarm();
  awaited_.clear();
  for (Seat& seat : seats_) {
    seat.client.impl = nullptr;
    seat.plugin->disconnected(seat.client, reason);
  }
  seats_.clear();
}

void ClientPlugins::message(bool binary, std::string_view bytes) {
  for (Seat& seat : seats_) seat.plugin->message(seat.client, binary, bytes);
}

uint64_t ClientPlugins::await_reply(seneca_client& asker, uint64_t reply_id, uint32_t timeout_ms) {
  if (awaited_.size() >= kMaxAwaited) return 0;
  const int64_t due_us = services_.clock.monotonic_us() + int64_t{timeout_ms} * 1000;
  awaited_.push_back({next_ack_, &asker, reply_id, due_us});
  arm();
  return next_ack_++;
}

void ClientPlugins::replied(uint64_t ack, const ClientArgs& args) {
  const auto found =
      std::find_if(awaited_.begin(), awaited_.end(), [ack](const Awaited& each) { return each.ack == ack; });
  if (found == awaited_.end()) return;
  const Awaited awaited = *found;
  awaited_.erase(found);
  tell(awaited, &args);
}

void ClientPlugins::tell(const Awaited& awaited, const ClientArgs* args) {
  for (Seat& seat : seats_)
    if (&seat.client == awaited.asker) seat.plugin->replied(seat.client, awaited.reply_id, args);
}

void ClientPlugins::on_timer(int64_t now_us) {
  // A plugin may ask again while it is told.
  std::vector<Awaited> over;
  std::erase_if(awaited_, [&](const Awaited& each) {
    if (each.due_us > now_us) return false;
    over.push_back(each);
    return true;
  });
  for (const Awaited& each : over) tell(each, nullptr);
  arm();
}

void ClientPlugins::arm() {
  const auto next = std::min_element(awaited_.begin(), awaited_.end(),
                                     [](const auto& a, const auto& b) { return a.due_us < b.due_us; });
  if (next != awaited_.end()) services_.timers.arm(timer_, next->due_us);
}

}  // namespace relay
