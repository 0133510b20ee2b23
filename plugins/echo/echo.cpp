// Answers Socket.IO and Engine.IO clients with what they send: an example of a session plugin, and the server
// that the official protocol test suites want.
#include <seneca/session.hpp>

#include <string>
#include <string_view>

namespace {

class Echo {
 public:
  static constexpr const char* schema = R"({"properties": {}, "additionalProperties": false})";

  bool serves(std::string_view name) const { return name == "/" || name == "/custom"; }

  void connected(seneca::Client client, std::string_view auth) const {
    client.emit("auth", '[' + std::string(auth) + ']');
  }

  bool client_event(seneca::Client client, const seneca::ClientEvent& event) const {
    if (client.namespace_() != "/") return false;
    if (event.name() == "message") {
      client.emit("message-back", event.args());
      return true;
    }
    if (event.name() == "message-with-ack") {
      event.reply(event.args());
      return true;
    }
    return false;
  }

  // Engine.IO without Socket.IO, on the path /engine.io/.
  void message(seneca::Client client, bool binary, std::string_view bytes) const {
    client.send(binary, bytes);
  }
};

}  // namespace

SENECA_PLUGIN(Echo, "org.seneca.echo", "1.0.0", "answers clients with what they send")
