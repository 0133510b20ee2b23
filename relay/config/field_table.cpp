#include "config/field_table.h"

#include "config/config.h"
#include "config/fields_of.h"
#include "config/zone.h"

namespace relay {

namespace {

constexpr double kMiB = 1024 * 1024;
constexpr double kGiB = 1024 * kMiB;
constexpr double kDay = 86400;
constexpr double kMaxExactInteger = 9007199254740991;  // 2^53 - 1: every JSON reader keeps it whole

FieldsOf<ServerConfig> server_fields() {
  FieldsOf<ServerConfig> fields;
  fields
      .texts("listen", &ServerConfig::listen,
             "Addresses to accept clients on, HOST:PORT or [IPv6]:PORT; port 0 lets the kernel choose.")
      .checked(check_listen);
  fields.integer("threads", &ServerConfig::threads, {0, 1024}, "Network threads; 0 is one per core.");
  fields
      .texts("cors_allowed_origins", &ServerConfig::cors_allowed_origins,
             "Web pages that may connect, as scheme, host and port; \"*\" allows every page.")
      .checked(check_origin)
      .reload();
  fields
      .duration("ping_timeout", &ServerConfig::ping_timeout, {0.1, kDay},
                "How long a Socket.IO client may take to answer a ping before it is closed.")
      .reload();
  fields
      .duration("ping_interval", &ServerConfig::ping_interval, {0.1, kDay},
                "How often a Socket.IO client is pinged.")
      .reload();
  fields
      .duration("connect_timeout", &ServerConfig::connect_timeout, {0.1, kDay},
                "How long a Socket.IO client may take to join a namespace before it is closed.")
      .reload();
  fields.duration(
      "recovery_window", &ServerConfig::recovery_window, {0, 3600},
      "How long a Socket.IO client that lost its connection may come back to its rooms and to what it "
      "missed; 0 is never. For JavaScript clients from 4.6: every event gets one more argument.");
  fields
      .size("max_http_buffer_size", &ServerConfig::max_http_buffer_size, {1024, kGiB},
            "The largest message or request body a client may send.")
      .reload();
  fields.integer("max_connections", &ServerConfig::max_connections, {0, 10'000'000},
                 "Clients connected at once; 0 is as many as the file descriptor limit allows.");
  fields
      .duration("drain_timeout", &ServerConfig::drain_timeout, {0, 3600},
                "How long clients get to take what is queued for them when the relay stops.")
      .reload();
  fields
      .texts("trusted_proxies", &ServerConfig::trusted_proxies,
             "Proxies in front of the relay, as addresses and networks: a client's address is what their "
             "X-Forwarded-For says, and nobody else's.")
      .checked(check_address_range)
      .reload();
  FieldsOf<TlsConfig> tls;
  tls.text("cert", &TlsConfig::cert,
           "The relay's certificate, with those that lead to its root: a file in PEM form. With it all "
           "listeners speak TLS; \"\" is none.")
      .reload();
  tls.text("key", &TlsConfig::key, "The certificate's key: a file in PEM form that not everybody may read.")
      .reload();
  tls.text("client_ca", &TlsConfig::client_ca,
           "Clients need a certificate signed by one of these: a file in PEM form; \"\" asks for none.")
      .reload();
  fields.object("tls", &ServerConfig::tls, std::move(tls),
                "Encryption. A reload reads the files again, for clients that come from then on.");
  return fields;
}

FieldsOf<RoomsConfig> rooms_fields() {
  FieldsOf<RoomsConfig> fields;
  fields.text("default_room", &RoomsConfig::default_room, "The room every client joins when it connects.")
      .checked(check_room)
      .reload();
  fields.integer("max_room_size", &RoomsConfig::max_room_size, {0, 10'000'000},
                 "Members of one room; 0 is no limit.");
  fields
      .boolean("greeting", &RoomsConfig::greeting,
               "Whether who joins a namespace gets the event connection_established.")
      .reload();
  fields
      .texts("presence", &RoomsConfig::presence,
             "Rooms whose joins and leaves become events, from then on; * is any text, ? one character.")
      .checked(check_not_empty)
      .reload();
  return fields;
}

FieldsOf<PerformanceConfig> performance_fields() {
  FieldsOf<PerformanceConfig> fields;
  fields
      .integer("message_queue_size", &PerformanceConfig::message_queue_size, {1, 1'000'000},
               "Messages that may wait for one slow client.")
      .reload();
  fields
      .size("message_queue_bytes", &PerformanceConfig::message_queue_bytes, {64 * 1024, kGiB},
            "Bytes that may wait for one slow client.")
      .reload();
  fields
      .choice(
          "slow_client_policy", &PerformanceConfig::slow_client_policy,
          {"drop_oldest_low", "conflate", "disconnect"},
          "What a client whose queue is full gets: drop_oldest_low gives up the oldest of the least urgent "
          "events, conflate keeps only the newest event of each type and subject first, disconnect closes "
          "the client.")
      .reload();
  fields
      .size(
          "memory_limit", &PerformanceConfig::memory_limit, {1024 * 1024, 1024 * kGiB},
          "Bytes that may wait for all clients together; beyond it those with most waiting lose what is not "
          "critical.")
      .reload();
  fields
      .boolean("batch_messages", &PerformanceConfig::batch_messages,
               "Write all that waits for a client at once; false writes each message by itself.")
      .reload();
  fields
      .integer(
          "batch_max_delay_ms", &PerformanceConfig::batch_max_delay_ms, {0, 100},
          "How long a loaded shard lets events gather before it writes, in milliseconds; critical events "
          "never wait.")
      .reload();
  fields
      .boolean("compression", &PerformanceConfig::compression,
               "Compress WebSocket messages for clients that offer permessage-deflate.")
      .reload();
  fields
      .duration("heartbeat_interval", &PerformanceConfig::heartbeat_interval, {0, kDay},
                "How often idle plain WebSocket and SSE clients get a sign of life; 0 is never.")
      .reload();
  return fields;
}

FieldsOf<TokenKeyConfig> token_key_fields() {
  FieldsOf<TokenKeyConfig> fields;
  fields.text("id", &TokenKeyConfig::id, "What the kid of a token may be; in a JWK set each key has its own.")
      .checked(check_identifier)
      .require();
  fields
      .choice("algorithm", &TokenKeyConfig::algorithm, {"HS256", "HS384", "HS512", "RS256", "ES256", "EdDSA"},
              "How tokens of this key are signed; what a token says of itself must agree.")
      .require();
  fields
      .text("file", &TokenKeyConfig::file,
            "For HS256 to HS512 a secret of at least 32 bytes, which nobody else may read; else a public key "
            "or "
            "certificate in PEM; for all a JWK set.")
      .checked(check_not_empty)
      .require();
  fields.text("issuer", &TokenKeyConfig::issuer, "What the iss of a token must be; \"\" is anything.");
  fields.text("audience", &TokenKeyConfig::audience,
              "What must be in the aud of a token; \"\": it must have none.");
  return fields;
}

FieldsOf<AuthenticationConfig> authentication_fields() {
  FieldsOf<AuthenticationConfig> fields;
  fields
      .boolean("required", &AuthenticationConfig::required,
               "Whether nobody comes in without a token; there must be keys or api_keys then.")
      .reload();
  fields
      .text("anonymous_role", &AuthenticationConfig::anonymous_role,
            "The role of those who bring no token; \"\": they are refused once there are keys or api_keys.")
      .reload();
  fields
      .list("keys", &AuthenticationConfig::keys, token_key_fields(),
            "Keys that vouch for tokens (JWT). Their files are read again at a reload.")
      .reload();
  fields
      .text("api_keys", &AuthenticationConfig::api_keys,
            "A file of API keys, an object {id, sha256, roles, expires} a line, as senecactl token new "
            "--api-key "
            "prints them; \"\" is none. It is read again at a reload.")
      .reload();
  fields
      .duration("leeway", &AuthenticationConfig::leeway, {0, 300},
                "By how much the clocks of those who make tokens may differ from this one.")
      .reload();
  fields
      .duration("session_timeout", &AuthenticationConfig::session_timeout, {0, 30 * kDay},
                "How long a connection lasts before it needs a token again; 0 is as long as its token.")
      .reload();
  fields
      .text("cookie", &AuthenticationConfig::cookie,
            "The cookie that may hold a token, for browsers' event streams; \"\" is none.")
      .checked(check_cookie_name)
      .reload();
  return fields;
}

FieldsOf<SecurityConfig> security_fields() {
  FieldsOf<ContentFilteringConfig> content;
  content.size("max_message_size", &ContentFilteringConfig::max_message_size, {1, kGiB},
               "The largest data of one event; never above server.max_http_buffer_size.");
  FieldsOf<SecurityConfig> fields;
  fields.object("content_filtering", &SecurityConfig::content_filtering, std::move(content),
                "What an event must be to be taken in.");
  fields.object(
      "authentication", &SecurityConfig::authentication, authentication_fields(),
      "Who may come in. With keys or API keys nobody does unasked; without either nobody is asked.");
  fields
      .raw("roles", &SecurityConfig::roles,
           "What those who come in may do: an object with a role a member, each with namespaces, rooms, "
           "types, "
           "publish and admin.")
      .reload();
  return fields;
}

FieldsOf<SourceConfig> source_fields() {
  FieldsOf<SourceConfig> fields;
  fields
      .choice("type", &SourceConfig::type, {"marcus", "stdin", "demo"},
              "A Marcus directory, JSON lines on standard input, or a built-in simulation.")
      .require();
  fields.text("path", &SourceConfig::path, "The Marcus directory, the one that holds logs/ and data/.")
      .checked(check_not_empty)
      .require()
      .only({"marcus"});
  fields.text("instance", &SourceConfig::instance, "Names this Marcus in event sources, as /marcus/INSTANCE.")
      .checked(check_identifier)
      .only({"marcus"});
  fields
      .converted(
          "naive_tz", [](const SourceConfig& source) { return format_zone(source.naive_tz_offset_s); },
          [](SourceConfig& source, const std::string& text) { source.naive_tz_offset_s = *parse_zone(text); },
          "The zone of time stamps that name none, \"UTC\" or an offset such as \"+02:00\".")
      .checked(check_zone)
      .only({"marcus"});
  fields
      .duration("backfill", &SourceConfig::backfill, {0, 3650 * kDay},
                "Files changed in so long a time before the start are read from their beginning.")
      .only({"marcus"});
  fields
      .size("max_line", &SourceConfig::max_line, {1024, kGiB},
            "The longest line; longer ones are skipped and counted.")
      .only({"marcus", "stdin"});
  fields.number("rate", &SourceConfig::rate, {0.001, 1'000'000}, "Simulated records per second.")
      .only({"demo"});
  fields
      .integer("seed", &SourceConfig::seed, {0, kMaxExactInteger}, "The same seed makes the same simulation.")
      .only({"demo"});
  return fields;
}

FieldsOf<BreakerConfig> breaker_fields() {
  FieldsOf<BreakerConfig> fields;
  fields.integer(
      "failures", &BreakerConfig::failures, {0, 1'000'000},
      "So many batches in a row that fail as a whole or take too long; 0 is never. Of a plugin in a "
      "process of its own also so many ends of that; 0 is 5.");
  fields.duration("window", &BreakerConfig::window, {0.1, kDay}, "All of these within so long a time.");
  fields.duration("retry", &BreakerConfig::retry, {0.1, kDay}, "After so long a time it is tried again.");
  return fields;
}

FieldsOf<PluginProcessConfig> plugin_process_fields() {
  FieldsOf<PluginProcessConfig> fields;
  fields.integer(
      "deadline_ms", &PluginProcessConfig::deadline_ms, {1, 60'000},
      "How long a call with up to 64 events may take, in milliseconds; then the process is killed.");
  fields.size("memory_limit", &PluginProcessConfig::memory_limit, {64 << 20, 1024 * kGiB},
              "Address space of the process, its code included.");
  return fields;
}

FieldsOf<ShadowConfig> shadow_fields() {
  FieldsOf<ShadowConfig> fields;
  fields.text("path", &ShadowConfig::path, "The candidate, a file or a name as above; \"\" is none.");
  fields.raw("config", &ShadowConfig::config, "The candidate's own settings.");
  return fields;
}

FieldsOf<PluginConfig> plugin_fields() {
  FieldsOf<PluginConfig> fields;
  fields.text("path", &PluginConfig::path, "The plugin's file, or the name of one in the plugin directory.")
      .checked(check_not_empty)
      .require();
  fields.text("name", &PluginConfig::name,
              "What stats and logs call it; \"\" is the file's name without directory and suffix.");
  fields
      .texts("match", &PluginConfig::match,
             "Patterns of the event types it sees; [] leaves it to the plugin.")
      .checked(check_pattern);
  fields.raw("config", &PluginConfig::config, "The plugin's own settings, see its documentation.");
  fields.choice("on_error", &PluginConfig::on_error, {"drop", "pass", "disable"},
                "What happens when it fails on an event: the event is dropped or passed on unchanged, or the "
                "plugin is disabled.");
  fields.integer(
      "budget_ms", &PluginConfig::budget_ms, {0, 3'600'000},
      "How long it may take for a batch of up to 256 events, in milliseconds: what is longer is told "
      "of, and bad for its breaker; 0 is any time.");
  fields.choice(
      "isolation", &PluginConfig::isolation, {"none", "process"},
      "Whether it runs in the relay or in a process of its own, whose crash or hang ends only that.");
  fields.object("process", &PluginConfig::process, plugin_process_fields(),
                "The process of its own, if isolation says so.");
  fields.object("breaker", &PluginConfig::breaker, breaker_fields(),
                "Leaves it alone when it fails again and again.");
  fields.choice("on_break", &PluginConfig::on_break, {"drop", "pass"},
                "What happens to its events while its breaker leaves it alone: they are dropped or passed on "
                "unchanged.");
  fields.choice(
      "receives", &PluginConfig::receives, {"events", "dead_letters"},
      "What a plugin that takes events out gets: the events, or those that other plugins failed on.");
  fields.object("shadow", &PluginConfig::shadow, shadow_fields(),
                "A candidate that is shown the same events; what it makes of them is compared, and ignored.");
  return fields;
}

FieldsOf<RouteConfig> route_fields() {
  FieldsOf<RouteConfig> fields;
  fields
      .texts("match", &RouteConfig::match,
             "Patterns of event types, any of them: * is one level, ** any depth.")
      .checked(check_pattern)
      .require();
  fields
      .text("filter", &RouteConfig::filter,
            "A further condition on the event, as for senecactl tail --filter; \"\" is none.")
      .checked(check_filter);
  fields.text("event", &RouteConfig::event, "The Socket.IO event the browser sees.")
      .checked(check_event)
      .require();
  fields.text("namespace", &RouteConfig::namespace_, "The Socket.IO namespace.").checked(check_namespace);
  fields
      .texts("rooms", &RouteConfig::rooms,
             "Rooms whose members get the event; []: only those whom a plugin has subscribed to it.")
      .checked(check_room)
      .require()
      .or_none();
  fields
      .text("priority", &RouteConfig::priority,
            "The priority of events whose source chose none; \"\" leaves it as it is.")
      .one_of({"", "critical", "high", "normal", "low"});
  fields
      .text(
          "view", &RouteConfig::view,
          "The view plugin that shapes the event; \"auto\" is the first that can, \"none\" the plain event.")
      .checked(check_not_empty);
  fields.boolean("fallback", &RouteConfig::fallback, "Applies only to events that no other route matched.");
  return fields;
}

FieldsOf<JournalConfig> journal_fields() {
  FieldsOf<JournalConfig> retention;
  retention.duration("age", &JournalConfig::retention_age, {0, 10 * 365 * 86400.0},
                     "How old events on the disk get; 0: they stay until the bytes are too many.");
  retention.size("bytes", &JournalConfig::retention_bytes, {1024 * 1024, 1024 * kGiB}, "Bytes on the disk.");
  FieldsOf<JournalConfig> repeats;
  repeats.duration(
      "window", &JournalConfig::repeat_window, {0, 86400.0},
      "For how long an event's source and id, and an Idempotency-Key, are known; 0: not at all.");
  repeats.integer("most", &JournalConfig::repeat_most, {1000, 10'000'000},
                  "How many of them; the oldest are forgotten.");
  FieldsOf<JournalConfig> memory;
  memory.integer("events", &JournalConfig::memory_events, {1, 1'000'000'000},
                 "Events in memory, for clients that come back soon.");
  memory.size("bytes", &JournalConfig::memory_bytes, {64 * 1024, 1024 * kGiB}, "Bytes of them.");
  FieldsOf<JournalConfig> fields;
  fields.choice("engine", &JournalConfig::engine, {"sqlite", "memory"},
                "Where past events are kept: sqlite is a file in dir, memory forgets all with the relay.");
  fields.text("dir", &JournalConfig::dir,
              "The directory of the journal, which no other relay uses; \"\" is seneca/journal in "
              "$XDG_STATE_HOME or ~/.local/state.");
  fields.choice("ack", &JournalConfig::ack, {"commit", "sequenced"},
                "When publishers hear that events are taken: once they are on the disk, or once they have "
                "their offsets.");
  fields.group("retention", std::move(retention), "The oldest events are forgotten beyond either bound.");
  fields.group("repeats", std::move(repeats),
               "What a publisher sends again is not published again: it gets the first offset.");
  fields.group("memory", std::move(memory), "What is kept in memory, with the engine memory all there is.");
  return fields;
}

FieldsOf<AdminUiConfig> admin_ui_fields() {
  FieldsOf<AdminUiConfig> fields;
  fields.boolean("enabled", &AdminUiConfig::enabled, "Whether there is a namespace for the Admin UI.");
  fields.text("namespace", &AdminUiConfig::namespace_, "The namespace that the Admin UI connects to.")
      .checked(check_namespace);
  fields.text("username", &AdminUiConfig::username, "Who may log in.").checked(check_not_empty);
  fields
      .text(
          "password_hash", &AdminUiConfig::password_hash,
          "The bcrypt hash of the password, as htpasswd -nbB USER PASSWORD prints it behind the colon; \"\" "
          "is none, for a relay that only this machine can reach.")
      .checked(check_password_hash);
  fields.boolean("read_only", &AdminUiConfig::read_only,
                 "Admins may look, and neither emit to clients nor move or disconnect them.");
  fields.choice("mode", &AdminUiConfig::mode, {"development", "production"},
                "What admins are shown: development is every socket, room and event of theirs, production "
                "numbers only.");
  return fields;
}

}  // namespace

Field config_fields() {
  FieldsOf<Config> fields;
  fields.object("server", &Config::server, server_fields(), "Where clients connect, and their limits.");
  fields.object("rooms", &Config::rooms, rooms_fields(), "Groups of clients that get the same events.");
  fields.object("performance", &Config::performance, performance_fields(), "Queues and writes.");
  fields.object("security", &Config::security, security_fields(), "What is refused.");
  fields.list("sources", &Config::sources, source_fields(), "Where events come from besides clients.");
  fields
      .list("plugins", &Config::plugins, plugin_fields(),
            "Filters and views every event passes, in this order.")
      .reload();
  fields
      .list("routes", &Config::routes, route_fields(),
            "Which Socket.IO event an event becomes, and who gets it. Every matching route applies.")
      .reload();
  fields.object("journal", &Config::journal, journal_fields(), "The log of past events.");
  fields.object("admin_ui", &Config::admin_ui, admin_ui_fields(),
                "The Socket.IO Admin UI: who may watch and command the Socket.IO clients.");
  Field root;
  root.doc = "The configuration of the relay: JSON that may hold comments.";
  root.fields = std::move(fields).take();
  root.member = [](void* owner) { return owner; };
  return root;
}

}  // namespace relay
