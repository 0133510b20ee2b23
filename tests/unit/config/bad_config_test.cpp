#include <string>
#include <vector>

#include "config/loader.h"
#include "support/catch.h"

using namespace relay;

namespace {

struct Row {
  std::string text;
  std::string code;
  std::string pointer;
};

void check_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const ConfigResult result = load_config_text(row.text, "f");
    INFO(row.text);
    REQUIRE_FALSE(result);
    CHECK(result.error().size() == 1);
    const ConfigProblem& problem = result.error().front();
    CHECK(problem.code == row.code);
    CHECK(problem.pointer == row.pointer);
    CHECK(problem.file == "f");
    CHECK(problem.line == 1);
    CHECK(problem.column > 0);
    CHECK_FALSE(problem.message.empty());
  }
}

std::string route(const std::string& members) {
  return R"({"routes": [{"match": "a", "event": "e", "rooms": ["r"], )" + members + "}]}";
}

}  // namespace

TEST_CASE("unknown keys are errors, whatever a later version may know") {
  check_rows({
      {R"({"servers": {}})", "unknown_key", "/servers"},
      {R"({"server": {"tsl": {}}})", "unknown_key", "/server/tsl"},
      {R"({"cluster": {}})", "unknown_key", "/cluster"},
      {R"({"server": {"a/b~c": 1}})", "unknown_key", "/server/a~1b~0c"},
      {R"({"journal": {"retention": {"events": 5}}})", "unknown_key", "/journal/retention/events"},
      {R"({"journal": {"engine": "files"}})", "unknown_value", "/journal/engine"},
      {R"({"plugins": [{"path": "a", "isolation": "thread"}]})", "unknown_value", "/plugins/0/isolation"},
  });
}

TEST_CASE("trusted proxies are addresses and networks") {
  check_rows({
      {R"({"server": {"trusted_proxies": ["proxy.example.com"]}})", "bad_address_range",
       "/server/trusted_proxies/0"},
      {R"({"server": {"trusted_proxies": ["10.0.0.0/8", "10.0.0.0/33"]}})", "bad_address_range",
       "/server/trusted_proxies/1"},
      {R"({"server": {"trusted_proxies": "10.1.2.3/8"}})", "bad_address_range", "/server/trusted_proxies"},
      {R"({"server": {"trusted_proxies": [10]}})", "wrong_type", "/server/trusted_proxies/0"},
  });
}

TEST_CASE("values of the wrong type are errors") {
  check_rows({
      {"[]", "wrong_type", ""},
      {"null", "wrong_type", ""},
      {R"({"server": []})", "wrong_type", "/server"},
      {R"({"server": {"threads": "4"}})", "wrong_type", "/server/threads"},
      {R"({"server": {"threads": null}})", "wrong_type", "/server/threads"},
      {R"({"server": {"listen": {}}})", "wrong_type", "/server/listen"},
      {R"({"server": {"listen": [8000]}})", "wrong_type", "/server/listen/0"},
      {R"({"server": {"ping_interval": true}})", "wrong_type", "/server/ping_interval"},
      {R"({"server": {"max_http_buffer_size": []}})", "wrong_type", "/server/max_http_buffer_size"},
      {R"({"performance": {"batch_messages": 1}})", "wrong_type", "/performance/batch_messages"},
      {R"({"rooms": {"default_room": 1}})", "wrong_type", "/rooms/default_room"},
      {R"({"sources": {}})", "wrong_type", "/sources"},
      {R"({"sources": ["marcus"]})", "wrong_type", "/sources/0"},
      {R"({"sources": [{"type": "demo", "rate": "5"}]})", "wrong_type", "/sources/0/rate"},
      {R"({"plugins": [{"path": "a", "config": "{}"}]})", "wrong_type", "/plugins/0/config"},
  });
}

TEST_CASE("numbers, sizes and durations out of bounds are errors") {
  check_rows({
      {R"({"server": {"ping_interval": 0}})", "out_of_range", "/server/ping_interval"},
      {R"({"server": {"ping_timeout": 0}})", "out_of_range", "/server/ping_timeout"},
      {R"({"performance": {"heartbeat_interval": 1.5}})", "not_whole", "/performance/heartbeat_interval"},
      {R"({"performance": {"heartbeat_interval": "1500ms"}})", "not_whole",
       "/performance/heartbeat_interval"},
      {R"({"server": {"ping_timeout": "soon"}})", "bad_duration", "/server/ping_timeout"},
      {R"({"server": {"drain_timeout": 1e400}})", "out_of_range", "/server/drain_timeout"},
      {R"({"server": {"threads": -1}})", "out_of_range", "/server/threads"},
      {R"({"server": {"threads": 1.5}})", "not_whole", "/server/threads"},
      {R"({"server": {"threads": 18446744073709551616}})", "out_of_range", "/server/threads"},
      {R"({"server": {"max_connections": 2147483648}})", "out_of_range", "/server/max_connections"},
      {R"({"server": {"max_http_buffer_size": -1}})", "out_of_range", "/server/max_http_buffer_size"},
      {R"({"server": {"max_http_buffer_size": "-1"}})", "bad_size", "/server/max_http_buffer_size"},
      {R"({"server": {"max_http_buffer_size": "9999999999GiB"}})", "bad_size",
       "/server/max_http_buffer_size"},
      {R"({"server": {"max_http_buffer_size": "1TiB"}})", "out_of_range", "/server/max_http_buffer_size"},
      {R"({"performance": {"message_queue_size": 0}})", "out_of_range", "/performance/message_queue_size"},
      {R"({"journal": {"memory": {"events": 0}}})", "out_of_range", "/journal/memory/events"},
      {R"({"journal": {"retention": {"bytes": 1}}})", "out_of_range", "/journal/retention/bytes"},
      {R"({"sources": [{"type": "demo", "rate": 0}]})", "out_of_range", "/sources/0/rate"},
      {R"({"sources": [{"type": "demo", "seed": -1}]})", "out_of_range", "/sources/0/seed"},
  });
}

TEST_CASE("texts that mean nothing are errors") {
  check_rows({
      {R"({"server": {"listen": ["127.0.0.1:70000"]}})", "bad_listen", "/server/listen/0"},
      {R"({"server": {"cors_allowed_origins": ["localhost"]}})", "bad_origin",
       "/server/cors_allowed_origins/0"},
      {R"({"server": {"cors_allowed_origins": "http://a/b"}})", "bad_origin", "/server/cors_allowed_origins"},
      {R"({"rooms": {"default_room": ""}})", "bad_room", "/rooms/default_room"},
      {R"({"rooms": {"default_room": "a*"}})", "bad_room", "/rooms/default_room"},
      {R"({"rooms": {"default_room": "a\r"}})", "control_character", "/rooms/default_room"},
      {R"({"plugins": [{"path": "a", "on_error": "drp"}]})", "unknown_value", "/plugins/0/on_error"},
      {R"({"plugins": [{"path": ""}]})", "empty_value", "/plugins/0/path"},
      {R"({"plugins": [{"path": "a", "name": "b c"}]})", "bad_name", "/plugins/0/name"},
      {R"({"plugins": [{"path": "a", "match": ["a..b"]}]})", "bad_pattern", "/plugins/0/match/0"},
      {R"({"sources": [{"type": "marcus", "path": "p", "naive_tz": "CET"}]})", "bad_zone",
       "/sources/0/naive_tz"},
      {R"({"sources": [{"type": "marcus", "path": "p", "instance": "a/b"}]})", "bad_name",
       "/sources/0/instance"},
      {R"({"sources": [{"type": "marcus", "path": ""}]})", "empty_value", "/sources/0/path"},
      {R"({"sources": [{"type": "marcos"}]})", "unknown_value", "/sources/0/type"},
      {"{\"rooms\": {\"default_room\": \"" + std::string(5000, 'a') + "\"}}", "text_too_long",
       "/rooms/default_room"},
  });
}

TEST_CASE("an Admin UI that anybody could use, or nobody, is an error") {
  const std::string hash = "$2b$10$" + std::string(53, 'a');
  const auto admin_ui = [](const std::string& members) {
    return R"({"admin_ui": {"enabled": true, )" + members + "}}";
  };
  check_rows({
      {admin_ui(R"("password_hash": "secret")"), "bad_password_hash", "/admin_ui/password_hash"},
      {admin_ui(R"("password_hash": "$1$)" + hash.substr(4) + "\""), "bad_password_hash",
       "/admin_ui/password_hash"},
      {admin_ui(R"("password_hash": "$2b$31)" + hash.substr(6) + "\""), "bad_password_hash",
       "/admin_ui/password_hash"},
      {admin_ui(R"("password_hash": ")" + hash + "a\""), "bad_password_hash", "/admin_ui/password_hash"},
      {admin_ui(R"("username": "")"), "empty_value", "/admin_ui/username"},
      {admin_ui(R"("namespace": "/")"), "namespace_taken", "/admin_ui/namespace"},
      {admin_ui(R"("mode": "prod")"), "unknown_value", "/admin_ui/mode"},
      {R"({"server": {"listen": ["127.0.0.1:1", "0.0.0.0:1"]}, "admin_ui": {"enabled": true}})",
       "admin_ui_open", "/admin_ui/enabled"},
      {R"({"routes": [{"match": "a", "event": "e", "rooms": ["r"], "namespace": "/admin"}],)"
       R"( "admin_ui": {"enabled": true}})",
       "namespace_taken", "/routes/0/namespace"},
  });
  for (const std::string& fine :
       {admin_ui(R"("password_hash": ")" + hash + "\""), admin_ui(R"("read_only": true)"),
        std::string(R"({"server": {"listen": ["0.0.0.0:1"]}, "admin_ui": {"enabled": true, )") +
            R"("password_hash": ")" + hash + "\"}}",
        std::string(R"({"server": {"listen": ["0.0.0.0:1"]}, "admin_ui": {"mode": "production"}})")})
    CHECK(load_config_text(fine, "f"));
}

TEST_CASE("authentication that would let nobody in, or not whom it names, is an error") {
  const auto with = [](const std::string& members) {
    return R"({"security": {"authentication": {)" + members + "}}}";
  };
  const auto roles = [](const std::string& members) { return R"({"security": {"roles": )" + members + "}}"; };
  check_rows({
      {with(R"("required": true)"), "no_keys", "/security/authentication/required"},
      {with(R"("anonymous_role": "a")"), "unknown_role", "/security/authentication/anonymous_role"},
      {with(R"("keys": [{"id": "a", "file": "f"}])"), "missing_key", "/security/authentication/keys/0"},
      {with(R"("keys": [{"id": "a", "file": "f", "algorithm": "none"}])"), "unknown_value",
       "/security/authentication/keys/0/algorithm"},
      {with(R"("keys": [{"id": "a", "file": "f", "algorithm": "HS256"},)"
            R"({"id": "a", "file": "g", "algorithm": "HS256"}])"),
       "duplicate_value", "/security/authentication/keys/1/id"},
      {R"({"security": {"authentication": {"api_keys": "f"}}, "admin_ui": {"enabled": true}})",
       "admin_ui_open", "/admin_ui/enabled"},
      {with(R"("cookie": "a=b")"), "bad_name", "/security/authentication/cookie"},
      {roles(R"([])"), "wrong_type", "/security/roles"},
      {roles(R"({"a": []})"), "bad_role", "/security/roles"},
      {roles(R"({"a b": {}})"), "bad_role", "/security/roles"},
      {roles(R"({"a": {"room": []}})"), "unknown_key", "/security/roles"},
      {roles(R"({"a": {"types": ["a..b"]}})"), "bad_pattern", "/security/roles"},
      {roles(R"({"a": {"rooms": [1]}})"), "bad_role", "/security/roles"},
      {roles(R"({"a": {"admin": "yes"}})"), "bad_role", "/security/roles"},
  });
  CHECK(load_config_text(R"({"security": {"authentication": {"anonymous_role": "a",)"
                         R"("keys": [{"id": "k", "file": "f", "algorithm": "EdDSA"}]},)"
                         R"("roles": {"a": {"types": "agent.**", "admin": false}}}})",
                         "f"));
}

TEST_CASE("keys that are missing or do not apply are errors") {
  check_rows({
      {R"({"sources": [{}]})", "missing_key", "/sources/0"},
      {R"({"sources": [{"type": "marcus"}]})", "missing_key", "/sources/0"},
      {R"({"sources": [{"type": "stdin", "path": "p"}]})", "not_applicable", "/sources/0/path"},
      {R"({"sources": [{"type": "demo", "max_line": 4096}]})", "not_applicable", "/sources/0/max_line"},
      {R"({"sources": [{"type": "marcus", "path": "p", "seed": 1}]})", "not_applicable", "/sources/0/seed"},
      {R"({"plugins": [{"name": "a"}]})", "missing_key", "/plugins/0"},
      {R"({"routes": [{"match": "a", "event": "e"}]})", "missing_key", "/routes/0"},
  });
}

TEST_CASE("routes that could never work are errors") {
  std::vector<Row> rows{
      {R"({"routes": [{"match": [], "event": "e", "rooms": ["r"]}]})", "empty_value", "/routes/0/match"},
      {R"({"routes": [{"match": "a", "event": "", "rooms": ["r"]}]})", "bad_event", "/routes/0/event"},
      {R"({"routes": [{"match": "a..b", "event": "e", "rooms": ["r"]}]})", "bad_pattern", "/routes/0/match"},
      {R"({"routes": [{"match": "a", "event": "e", "rooms": ["a>"]}]})", "bad_room", "/routes/0/rooms/0"},
      {route(R"("filter": "priority >")"), "bad_filter", "/routes/0/filter"},
      {route(R"("namespace": "admin")"), "bad_namespace", "/routes/0/namespace"},
      {route(R"("namespace": "/a,b")"), "bad_namespace", "/routes/0/namespace"},
      {route(R"("priority": "urgent")"), "unknown_value", "/routes/0/priority"},
      {route(R"("view": "")"), "empty_value", "/routes/0/view"},
  };
  for (const std::string name :
       {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}) {
    rows.push_back({R"({"routes": [{"match": "a", "event": ")" + name + R"(", "rooms": ["r"]}]})",
                    "reserved_event", "/routes/0/event"});
  }
  check_rows(rows);
}

TEST_CASE("values that contradict each other are errors") {
  check_rows({
      {R"({"server": {"max_http_buffer_size": 2000}})", "size_conflict", "/server/max_http_buffer_size"},
      {R"({"security": {"content_filtering": {"max_message_size": "2MiB"}}})", "size_conflict",
       "/security/content_filtering/max_message_size"},
      {R"({"server": {"tls": {"cert": "a"}}})", "tls_incomplete", "/server/tls/cert"},
      {R"({"server": {"tls": {"key": "a"}}})", "tls_incomplete", "/server/tls/key"},
      {R"({"server": {"tls": {"client_ca": "a"}}})", "tls_incomplete", "/server/tls/client_ca"},
      {R"({"server": {"listen": []}})", "no_listener", "/server/listen"},
      {R"({"server": {"listen": ["localhost:80", "127.0.0.1:80"]}})", "duplicate_value", "/server/listen/1"},
      {R"({"plugins": [{"path": "a"}, {"path": "/x/a.so"}]})", "duplicate_value", "/plugins/1/path"},
      {R"({"plugins": [{"path": "/x/.so"}]})", "bad_name", "/plugins/0/path"},
      {R"({"sources": [{"type": "stdin"}, {"type": "stdin"}]})", "duplicate_value", "/sources/1/type"},
      {R"({"sources": [{"type": "marcus", "path": "p"}, {"type": "marcus", "path": "p"}]})",
       "duplicate_value", "/sources/1/path"},
  });
}

TEST_CASE("all problems are reported at once, in the order of the file") {
  const ConfigResult result = load_config_text(
      "{\n  \"server\": {\n    \"ping_intervall\": 1,\n    \"threads\": -1\n  },\n  \"rooms\": "
      "{\"default_room\": \"\"}\n}",
      "f");
  REQUIRE_FALSE(result);
  REQUIRE(result.error().size() == 3);
  CHECK(result.error()[0].to_string() ==
        "f:3:5: /server/ping_intervall: unknown key \"ping_intervall\"; did you mean \"ping_interval\"? "
        "[unknown_key]");
  CHECK(result.error()[1].to_string() ==
        "f:4:16: /server/threads: -1 is out of range; write 0 to 1024 [out_of_range]");
  CHECK(result.error()[2].line == 6);
}

TEST_CASE("a hopeless file yields a bounded number of problems") {
  std::string text = "{\"sources\": [";
  for (int i = 0; i < 5000; ++i) text += "{},";
  const ConfigResult result = load_config_text(text + "]}", "f");
  REQUIRE_FALSE(result);
  CHECK(result.error().size() == 101);
  CHECK(result.error().back().code == "more_problems");
}
