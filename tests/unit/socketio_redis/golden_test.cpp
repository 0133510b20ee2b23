#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "bytes.h"
#include "socketio-redis/python_manager.h"
#include "socketio-redis/redis_emitter.h"
#include "support/catch.h"

using namespace socketio_redis;
using Decoded = relay::Result<std::optional<Order>>;

namespace {

struct Case {
  std::string call, channel, message, order;
};

std::vector<Case> read_cases(const std::string& name) {
  std::ifstream file(std::filesystem::path(SOCKETIO_REDIS_GOLDEN) / name);
  std::vector<Case> cases;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::string text = line.size() > 2 ? line.substr(2) : "";
    if (line[0] == '>') cases.push_back({text, {}, {}, {}});
    if (line[0] == '@') cases.back().channel = text;
    if (line[0] == '<') cases.back().message = text.front() == '{' ? text : from_hex(text);
    if (line[0] == '=') cases.back().order = text;
  }
  return cases;
}

std::string show(const Decoded& decoded) {
  if (!decoded) return decoded.error().to_string();
  return *decoded ? (*decoded)->type + ' ' + (*decoded)->data : "nothing";
}

void check_manager(const std::string& file) {
  const std::vector<Case> cases = read_cases(file);
  CHECK(cases.size() > 20);
  for (const Case& one : cases) {
    INFO(one.call);
    CHECK(show(decode_manager_message(one.message)) == one.order);
  }
}

}  // namespace

TEST_CASE("what python-socketio pickles becomes the orders of its golden file") {
  check_manager("python_pickle.txt");
}

TEST_CASE("what python-socketio sends as JSON becomes the orders of its golden file") {
  check_manager("python_json.txt");
}

TEST_CASE("what the redis-emitter of node publishes becomes the orders of its golden file") {
  const std::vector<Case> cases = read_cases("node_emitter.txt");
  CHECK(cases.size() > 20);
  constexpr std::string_view kRequests = "socket.io-request#";
  for (const Case& one : cases) {
    INFO(one.call);
    std::string_view channel = one.channel;
    if (!channel.starts_with(kRequests)) {
      CHECK(show(decode_emission(one.message)) == one.order);
      continue;
    }
    channel.remove_prefix(kRequests.size());
    CHECK(show(decode_request(channel.substr(0, channel.size() - 1), one.message)) == one.order);
  }
}

TEST_CASE("pickles and JSON of the same call become the same order") {
  const std::vector<Case> pickles = read_cases("python_pickle.txt"), texts = read_cases("python_json.txt");
  int compared = 0;
  for (const Case& pickle : pickles)
    for (const Case& text : texts) {
      // Text that is not ASCII is written differently, so are numbers; None as a single argument of a tuple
      // and equal keys do not survive JSON.
      if (pickle.call != text.call || pickle.call.find("'reals'") != std::string::npos ||
          pickle.call.find("'texts'") != std::string::npos)
        continue;
      INFO(pickle.call);
      std::string compact;
      bool in_string = false;
      for (size_t i = 0; i < text.order.size(); ++i) {
        if (text.order[i] == '"' && text.order[i - 1] != '\\') in_string = !in_string;
        if (in_string || text.order[i] != ' ' || i < text.order.find('{')) compact += text.order[i];
      }
      CHECK(compact == pickle.order);
      ++compared;
    }
  CHECK(compared > 15);
}
