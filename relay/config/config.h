#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace relay {

// The relay's configuration: plain values, checked and complete. Key names are those of the file
// (seneca.json.5). Times are in seconds unless the name ends in _ms. Immutable once loaded; threads share
// one `ConfigRef`.

/// Files in PEM form. With a certificate all listeners speak TLS.
struct TlsConfig {
  std::string cert;       ///< the relay's certificate and those that lead to its root
  std::string key;        ///< that of the certificate
  std::string client_ca;  ///< who signs clients' certificates; "": clients need none

  [[nodiscard]] bool enabled() const { return !cert.empty(); }
  bool operator==(const TlsConfig&) const = default;
};

struct ServerConfig {
  std::vector<std::string> listen{"127.0.0.1:8000"};  ///< HOST:PORT, [IPv6]:PORT; port 0: the kernel chooses
  int threads = 0;                                    ///< net shards; 0: one per core
  std::vector<std::string> cors_allowed_origins{"http://localhost:3000"};  ///< exact origins, or "*"
  double ping_interval = 25;
  double ping_timeout = 60;
  double connect_timeout = 45;             ///< for a Socket.IO client to join a namespace
  double recovery_window = 0;              ///< how long a lost Socket.IO client may come back; 0: it may not
  int64_t max_http_buffer_size = 1000000;  ///< bytes of one client message or request body
  int max_connections = 0;                 ///< 0: the descriptor limit less a reserve
  double drain_timeout = 5;
  std::vector<std::string> trusted_proxies;  ///< addresses and networks whose word on clients' is taken
  TlsConfig tls;

  bool operator==(const ServerConfig&) const = default;
};

struct RoomsConfig {
  std::string default_room = "general";
  int max_room_size = 0;              ///< members of one room; 0: no limit
  bool greeting = true;               ///< who joins a namespace gets connection_established
  std::vector<std::string> presence;  ///< globs of the rooms whose joins and leaves become events

  bool operator==(const RoomsConfig&) const = default;
};

/// What happens to a session that reads too slowly.
enum class SlowClientPolicy {
  drop_oldest_low,  ///< the oldest of its least urgent events make room
  conflate,         ///< of events with one type and subject only the newest waits; then as above
  disconnect,       ///< it is closed
};

struct PerformanceConfig {
  int message_queue_size = 1000;          ///< frames waiting for one session
  int64_t message_queue_bytes = 1 << 20;  ///< bytes waiting for one session
  SlowClientPolicy slow_client_policy = SlowClientPolicy::drop_oldest_low;
  int64_t memory_limit = 512 << 20;  ///< bytes of frames alive for all sessions, shared ones counted once
  bool batch_messages = true;        ///< one write per session and flush; false: one write per message
  int batch_max_delay_ms = 20;       ///< how long a loaded shard lets events gather before it writes
  bool compression = true;           ///< permessage-deflate for WebSocket clients that offer it
  int heartbeat_interval = 30;       ///< plain WebSocket pings and SSE comments; 0: none

  bool operator==(const PerformanceConfig&) const = default;
};

struct ContentFilteringConfig {
  int64_t max_message_size = 64000;  ///< bytes of one event's data

  bool operator==(const ContentFilteringConfig&) const = default;
};

/// How tokens are signed.
enum class TokenAlgorithm { hs256, hs384, hs512, rs256, es256, eddsa };

/// A key, or a set of keys, that vouches for tokens.
struct TokenKeyConfig {
  std::string id;  ///< what a token's kid may be; of a JWK set the kid of each key is
  TokenAlgorithm algorithm = TokenAlgorithm::hs256;
  std::string file;      ///< a secret, a public key or certificate in PEM, or a JWK set
  std::string issuer;    ///< what a token's iss must be; "": anything
  std::string audience;  ///< what must be in a token's aud; "": it must have none

  bool operator==(const TokenKeyConfig&) const = default;
};

struct AuthenticationConfig {
  bool required = false;
  std::string anonymous_role;        ///< of those who bring no token; "": they are refused
  std::vector<TokenKeyConfig> keys;  ///< without these and api_keys nobody is asked
  std::string api_keys;              ///< a file of API keys; "": none
  double leeway = 30;                ///< by how much clocks may differ
  double session_timeout = 3600;     ///< after which a session needs a token again; 0: when its token ends
  std::string cookie;                ///< the cookie that may hold a token; "": none

  bool operator==(const AuthenticationConfig&) const = default;
};

struct SecurityConfig {
  ContentFilteringConfig content_filtering;
  AuthenticationConfig authentication;
  std::string roles = "{}";  ///< JSON, for parse_roles

  bool operator==(const SecurityConfig&) const = default;
};

/// Where events come from besides clients.
struct SourceConfig {
  enum class Type { marcus, standard_input, demo };
  Type type = Type::marcus;
  std::string path;               ///< marcus: the directory that holds logs/ and data/
  std::string instance = "main";  ///< marcus: names the orchestrator in event sources, /marcus/INSTANCE/…
  int64_t naive_tz_offset_s = 0;  ///< marcus: zone of time stamps that name none, seconds east of UTC
  double backfill = 86400;     ///< marcus: files changed in the last so many seconds are read from the start
  int64_t max_line = 4194304;  ///< marcus, stdin: bytes of one line; longer ones are skipped and counted
  double rate = 5;             ///< demo: records per second
  uint64_t seed = 1;           ///< demo: same seed, same run

  bool operator==(const SourceConfig&) const = default;
};

/// When a plugin that goes wrong again and again is left alone for a while.
struct BreakerConfig {
  int failures = 0;    ///< so many calls in a row that failed as a whole or took too long; 0: never.
                       ///< Of a plugin in a process of its own also so many ends of that; 0: 5
  double window = 60;  ///< that lie no further apart
  double retry = 30;   ///< after which it is tried again

  bool operator==(const BreakerConfig&) const = default;
};

/// The process of a plugin that has one of its own.
struct PluginProcessConfig {
  int deadline_ms = 50;                ///< for one call, 64 events at most; then it is killed
  int64_t memory_limit = 512LL << 20;  ///< address space, the code included

  bool operator==(const PluginProcessConfig&) const = default;
};

/// A candidate that is shown the events of a plugin beside it, to be compared.
struct ShadowConfig {
  std::string path;           ///< a file or a name, as that of a plugin; "": there is none
  std::string config = "{}";  ///< JSON object for the candidate

  bool operator==(const ShadowConfig&) const = default;
};

struct PluginConfig {
  enum class Isolation { none, process };
  enum class OnError { drop, pass, disable };
  enum class OnBreak { drop, pass };
  enum class Receives { events, dead_letters };
  std::string path;  ///< a file, or a name ("marcus") looked up in the plugin directory
  std::string name;  ///< shown in stats; the file's name without directory and suffix when not given
  std::vector<std::string> match;  ///< type patterns of the events it sees; empty: the plugin's own, or all
  std::string config = "{}";       ///< JSON object for the plugin
  OnError on_error = OnError::drop;
  int budget_ms = 1000;  ///< longer calls, a batch each, are told of and count as bad ones; 0: any time
  Isolation isolation = Isolation::none;  ///< where its code runs
  PluginProcessConfig process;
  BreakerConfig breaker;
  OnBreak on_break = OnBreak::drop;      ///< what becomes of its events while it is left alone
  Receives receives = Receives::events;  ///< which log it follows, as a sink
  ShadowConfig shadow;

  bool operator==(const PluginConfig&) const = default;
};

/// Matching events leave as Socket.IO event `event` in `namespace_`, to the members of `rooms`.
struct RouteConfig {
  std::vector<std::string> match;  ///< type patterns, any of them
  std::string filter;              ///< filter expression, "" for none
  std::string event;               ///< Socket.IO event name
  std::string namespace_ = "/";
  std::vector<std::string> rooms;
  std::string priority;  ///< a priority name, or "" to leave the event's own
  std::string view =
      "auto";  ///< a view plugin's name, "auto": the first that has a shape, "none": the seed shape
  bool fallback = false;  ///< applies only to events that no other route matched

  bool operator==(const RouteConfig&) const = default;
};

/// The log of past events.
struct JournalConfig {
  enum class Engine {
    sqlite,  ///< on the disk, the newest in memory as well
    memory,  ///< in memory only
  };
  enum class Ack {
    commit,     ///< once the events are on the disk
    sequenced,  ///< once they have their offsets
  };
  Engine engine = Engine::sqlite;
  std::string dir;                    ///< "": journal_directory()
  Ack ack = Ack::commit;              ///< when publishers hear that their events are taken
  double retention_age = 86400;       ///< on the disk, seconds; 0: however old
  int64_t retention_bytes = 1 << 30;  ///< on the disk
  double repeat_window = 600;         ///< seconds in which what is published again is known; 0: it is not
  int64_t repeat_most = 100000;       ///< events, and keys, that are known
  int64_t memory_events = 100000;
  int64_t memory_bytes = 64 << 20;

  bool operator==(const JournalConfig&) const = default;
};

/// The Socket.IO Admin UI: who may watch and command the Socket.IO clients.
struct AdminUiConfig {
  enum class Mode {
    development,  ///< every socket, room and event of theirs
    production,   ///< numbers only
  };
  bool enabled = false;
  std::string namespace_ = "/admin";
  std::string username = "admin";
  std::string password_hash;  ///< bcrypt; "": no password, on loopback only
  bool read_only = false;     ///< no emit, join, leave and disconnect
  Mode mode = Mode::development;

  bool operator==(const AdminUiConfig&) const = default;
};

struct Config {
  ServerConfig server;
  RoomsConfig rooms;
  PerformanceConfig performance;
  SecurityConfig security;
  std::vector<SourceConfig> sources;
  std::vector<PluginConfig> plugins;  ///< default_plugins() when the file has no such key
  std::vector<RouteConfig> routes;    ///< default_routes() when the file has no such key
  JournalConfig journal;
  AdminUiConfig admin_ui;

  bool operator==(const Config&) const = default;
};

using ConfigRef = std::shared_ptr<const Config>;

/// What is in force without any configuration.
[[nodiscard]] Config default_config();
[[nodiscard]] std::vector<RouteConfig> default_routes();
[[nodiscard]] std::vector<PluginConfig> default_plugins();

}  // namespace relay
