/// C++17 sugar over ext/session.h: a plugin that answers Socket.IO clients.
///
///     struct Greeter {
///       bool serves(std::string_view name) const { return name == "/"; }
///       void connected(seneca::Client client, std::string_view) { client.emit("hello", R"(["you"])"); }
///       bool client_event(seneca::Client, const seneca::ClientEvent& event) {
///         if (event.name() != "ask") return false;
///         event.reply(event.args());
///         return true;
///       }
///     };
///     SENECA_PLUGIN(Greeter, "org.example.greeter", "1.0.0", "says hello")
///
/// Members, all optional but one of serves and message:
///
/// - bool serves(std::string_view namespace_): the clients it sees
/// - void connect(Client, std::string_view auth): throw Refusal to refuse the client
/// - void connected(Client, std::string_view auth): it has joined; greet
/// - bool client_event(Client, const ClientEvent&): false: not mine; an exception refuses the event
/// - void replied(Client, uint64_t reply_id, const Args* args): null: no reply in time
/// - void disconnected(Client, std::string_view reason)
/// - void message(Client, bool binary, std::string_view bytes): a client without Socket.IO, on /engine.io/
///
/// One object per shard, used by that shard's thread only; constructors and schema as in plugin.hpp. A Client
/// may be kept until `disconnected`, which comes last.
#include "plugin.hpp"  // before the guard: it includes this file, behind what this file needs

#ifndef SENECA_SESSION_HPP
#define SENECA_SESSION_HPP

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ext/session.h"
#include "json_text.hpp"

namespace seneca {

/// Arguments of an event or a reply; valid during the call that got them.
class Args {
 public:
  explicit Args(const seneca_args* args) noexcept : args_(args) {}
  /// A JSON array; placeholders stand for attachments.
  std::string_view json() const noexcept { return to_view(args_->json); }
  uint32_t attachment_count() const noexcept { return args_->attachment_count; }
  std::string_view attachment(uint32_t i) const noexcept { return to_view(args_->attachments[i]); }
  const seneca_args* raw() const noexcept { return args_; }

 private:
  const seneca_args* args_;
};

/// Throw from `connect`: the client is refused with this message, and `data`, a JSON value, if any.
class Refusal : public std::exception {
 public:
  explicit Refusal(std::string message, std::string data = {})
      : message_(std::move(message)), data_(std::move(data)) {}
  const char* what() const noexcept override { return message_.c_str(); }
  const std::string& data() const noexcept { return data_; }

 private:
  std::string message_, data_;
};

/// One client in one namespace; copy it freely. Calls that send throw Error when the host refuses the
/// arguments, and do nothing for a client that is on its way out.
class Client {
 public:
  Client(seneca_client* client, const seneca_clients* calls) noexcept : client_(client), calls_(calls) {}

  std::string_view id() const noexcept { return to_view(client_->id); }
  std::string_view namespace_() const noexcept { return to_view(client_->namespace_); }
  std::string_view address() const noexcept { return to_view(client_->address); }
  bool is_bare() const noexcept { return client_->bare != 0; }
  /// The plugin's own; null at first.
  void*& user() const noexcept { return client_->user; }

  /// `args` is a JSON array.
  void emit(std::string_view name, std::string_view args = "[]") const {
    seneca_args abi{};
    abi.size = sizeof abi;
    abi.json = to_str(args);
    emit(name, Args(&abi));
  }
  void emit(std::string_view name, const Args& args) const {
    check("emit", calls_->emit(client_, to_str(name), args.raw(), nullptr));
  }
  /// The same, given up when the client is behind.
  void emit_volatile(std::string_view name, const Args& args) const {
    seneca_emit_options options{};
    options.size = sizeof options;
    options.is_volatile = 1;
    check("emit", calls_->emit(client_, to_str(name), args.raw(), &options));
  }
  /// `replied` is called with `reply_id` once the client has answered, or `timeout_ms` have passed.
  void ask(std::string_view name, const Args& args, uint64_t reply_id, uint32_t timeout_ms) const {
    seneca_emit_options options{};
    options.size = sizeof options;
    options.timeout_ms = timeout_ms;
    options.reply_id = reply_id;
    check("ask", calls_->emit(client_, to_str(name), args.raw(), &options));
  }
  /// False: the room is full, or the client is in too many.
  bool join(std::string_view room) const { return limited("join", calls_->join(client_, to_str(room))); }
  void leave(std::string_view room) const { check("leave", calls_->leave(client_, to_str(room))); }
  /// See seneca_clients.subscribe. False: the client has too many.
  bool subscribe(std::string_view selection) const {
    return limited("subscribe", calls_->subscribe(client_, to_str(selection)));
  }
  void unsubscribe(std::string_view selection = {}) const {
    check("unsubscribe", calls_->unsubscribe(client_, to_str(selection)));
  }
  void disconnect(bool close = false) const { check("disconnect", calls_->disconnect(client_, close)); }
  /// To a bare client.
  void send(bool binary, std::string_view bytes) const {
    check("send", calls_->send(client_, binary, to_str(bytes)));
  }

  friend bool operator==(const Client& a, const Client& b) noexcept { return a.client_ == b.client_; }
  seneca_client* raw() const noexcept { return client_; }

 private:
  friend class ClientEvent;
  static void check(const char* call, int32_t code) {
    if (code != SENECA_OK && code != SENECA_E_FAILED)
      throw Error(code, std::string(call) + ": the host refused the arguments");
  }
  static bool limited(const char* call, int32_t code) {
    if (code == SENECA_E_LIMIT) return false;
    check(call, code);
    return true;
  }

  seneca_client* client_;
  const seneca_clients* calls_;
};

/// What a client sent; valid during the call that got it, but for `reply_id`.
class ClientEvent {
 public:
  ClientEvent(const Client& client, const seneca_client_event* event) noexcept
      : client_(client), event_(event) {}

  std::string_view name() const noexcept { return to_view(event_->name); }
  Args args() const noexcept { return Args(event_->args); }
  bool wants_reply() const noexcept { return event_->wants_reply != 0; }
  /// Acknowledges, if that was asked for.
  void reply(const Args& args) const {
    if (wants_reply())
      Client::check("reply", client_.calls_->reply(client_.raw(), event_->reply_id, args.raw()));
  }
  void reply(std::string_view args) const {
    seneca_args abi{};
    abi.size = sizeof abi;
    abi.json = to_str(args);
    reply(Args(&abi));
  }

 private:
  Client client_;
  const seneca_client_event* event_;
};

/// An event for clients of any shard: `host.publish` it, with its `json()` as the data of type "seneca.emit".
struct Emission {
  std::string_view event = {};
  std::string_view args = "[]";  ///< a JSON array
  std::string_view namespace_ = "/";
  std::vector<std::string_view> rooms = {};   ///< rooms, or ids of clients; none: the whole namespace
  std::vector<std::string_view> except = {};  ///< who does not get it
  bool is_volatile = false;

  std::string json() const {
    std::string text = "{\"namespace\":";
    append_json_string(text, namespace_);
    append_names(text, ",\"rooms\":", rooms);
    append_names(text, ",\"except\":", except);
    text += ",\"event\":";
    append_json_string(text, event);
    text += ",\"args\":";
    text += args;
    if (is_volatile) text += ",\"volatile\":true";
    return text += '}';
  }

 private:
  static void append_names(std::string& text, const char* key, const std::vector<std::string_view>& names) {
    if (names.empty()) return;
    text += key;
    char separator = '[';
    for (const std::string_view name : names) {
      text += separator;
      append_json_string(text, name);
      separator = ',';
    }
    text += ']';
  }
};

}  // namespace seneca

#endif
