/* Prints where every member of the ABI's structs lies, on a 64-bit machine. A line that changes breaks
 * plugins. */
#include <seneca/ext/codec.h>
#include <seneca/ext/filter.h>
#include <seneca/ext/metrics.h>
#include <seneca/ext/session.h>
#include <seneca/ext/sink.h>
#include <seneca/ext/source.h>
#include <seneca/ext/state.h>
#include <seneca/ext/timer.h>
#include <seneca/ext/view.h>
#include <seneca/plugin.h>
#include <stdio.h>

#define STRUCT(type) printf("%s %zu\n", #type, sizeof(type))
#define MEMBER(type, member) \
  printf("%s.%s %zu +%zu\n", #type, #member, offsetof(type, member), sizeof(((type*)0)->member))

static void print_event(void) {
  STRUCT(seneca_event);
  MEMBER(seneca_event, size);
  MEMBER(seneca_event, priority);
  MEMBER(seneca_event, offset);
  MEMBER(seneca_event, time_us);
  MEMBER(seneca_event, id);
  MEMBER(seneca_event, source);
  MEMBER(seneca_event, type);
  MEMBER(seneca_event, subject);
  MEMBER(seneca_event, data);
  MEMBER(seneca_event, severity);
  MEMBER(seneca_event, correlation_id);
  MEMBER(seneca_event, traceparent);
  MEMBER(seneca_event, origin);
  MEMBER(seneca_event, room);
  MEMBER(seneca_event, extensions);
}

static void print_calls(void) {
  STRUCT(seneca_batch);
  MEMBER(seneca_batch, size);
  MEMBER(seneca_batch, count);
  MEMBER(seneca_batch, events);
  MEMBER(seneca_batch, verdicts);
  MEMBER(seneca_batch, impl);
  MEMBER(seneca_batch, set);
  MEMBER(seneca_batch, set_priority);
  MEMBER(seneca_batch, set_time);
  MEMBER(seneca_batch, reason);
  MEMBER(seneca_batch, emit);
  MEMBER(seneca_batch, now_us);
  STRUCT(seneca_writer);
  MEMBER(seneca_writer, size);
  MEMBER(seneca_writer, impl);
  MEMBER(seneca_writer, append);
  STRUCT(seneca_host);
  MEMBER(seneca_host, size);
  MEMBER(seneca_host, abi_major);
  MEMBER(seneca_host, abi_minor);
  MEMBER(seneca_host, impl);
  MEMBER(seneca_host, log);
  MEMBER(seneca_host, publish);
  MEMBER(seneca_host, extension);
}

static void print_plugin(void) {
  STRUCT(seneca_str);
  MEMBER(seneca_str, ptr);
  MEMBER(seneca_str, len);
  STRUCT(seneca_error);
  MEMBER(seneca_error, code);
  MEMBER(seneca_error, text);
  STRUCT(seneca_plugin);
  MEMBER(seneca_plugin, size);
  MEMBER(seneca_plugin, abi_major);
  MEMBER(seneca_plugin, abi_minor);
  MEMBER(seneca_plugin, id);
  MEMBER(seneca_plugin, version);
  MEMBER(seneca_plugin, summary);
  MEMBER(seneca_plugin, config_schema);
  MEMBER(seneca_plugin, create);
  MEMBER(seneca_plugin, destroy);
  MEMBER(seneca_plugin, role);
}

static void print_roles(void) {
  STRUCT(seneca_filter);
  MEMBER(seneca_filter, size);
  MEMBER(seneca_filter, process);
  MEMBER(seneca_filter, match);
  STRUCT(seneca_view);
  MEMBER(seneca_view, size);
  MEMBER(seneca_view, render);
  STRUCT(seneca_timer);
  MEMBER(seneca_timer, size);
  MEMBER(seneca_timer, interval_ms);
  MEMBER(seneca_timer, tick);
  STRUCT(seneca_codec);
  MEMBER(seneca_codec, size);
  MEMBER(seneca_codec, binary);
  MEMBER(seneca_codec, subprotocol);
  MEMBER(seneca_codec, decode);
  MEMBER(seneca_codec, encode);
  STRUCT(seneca_sink);
  MEMBER(seneca_sink, size);
  MEMBER(seneca_sink, deliver);
  MEMBER(seneca_sink, flush);
  MEMBER(seneca_sink, match);
  STRUCT(seneca_source);
  MEMBER(seneca_source, size);
  MEMBER(seneca_source, start);
  MEMBER(seneca_source, stop);
  MEMBER(seneca_source, status);
  STRUCT(seneca_state);
  MEMBER(seneca_state, size);
  MEMBER(seneca_state, save);
  MEMBER(seneca_state, load);
}

static void print_session(void) {
  STRUCT(seneca_client);
  MEMBER(seneca_client, size);
  MEMBER(seneca_client, bare);
  MEMBER(seneca_client, user);
  MEMBER(seneca_client, id);
  MEMBER(seneca_client, namespace_);
  MEMBER(seneca_client, address);
  MEMBER(seneca_client, impl);
  STRUCT(seneca_args);
  MEMBER(seneca_args, size);
  MEMBER(seneca_args, attachment_count);
  MEMBER(seneca_args, json);
  MEMBER(seneca_args, attachments);
  STRUCT(seneca_client_event);
  MEMBER(seneca_client_event, size);
  MEMBER(seneca_client_event, wants_reply);
  MEMBER(seneca_client_event, reply_id);
  MEMBER(seneca_client_event, name);
  MEMBER(seneca_client_event, args);
  STRUCT(seneca_emit_options);
  MEMBER(seneca_emit_options, size);
  MEMBER(seneca_emit_options, is_volatile);
  MEMBER(seneca_emit_options, timeout_ms);
  MEMBER(seneca_emit_options, reply_id);
  STRUCT(seneca_clients);
  MEMBER(seneca_clients, size);
  MEMBER(seneca_clients, emit);
  MEMBER(seneca_clients, reply);
  MEMBER(seneca_clients, join);
  MEMBER(seneca_clients, leave);
  MEMBER(seneca_clients, subscribe);
  MEMBER(seneca_clients, unsubscribe);
  MEMBER(seneca_clients, disconnect);
  MEMBER(seneca_clients, send);
  STRUCT(seneca_session);
  MEMBER(seneca_session, size);
  MEMBER(seneca_session, serves);
  MEMBER(seneca_session, connect);
  MEMBER(seneca_session, connected);
  MEMBER(seneca_session, client_event);
  MEMBER(seneca_session, replied);
  MEMBER(seneca_session, disconnected);
  MEMBER(seneca_session, message);
}

static void print_metrics(void) {
  STRUCT(seneca_metrics);
  MEMBER(seneca_metrics, size);
  MEMBER(seneca_metrics, add);
  MEMBER(seneca_metrics, count);
  MEMBER(seneca_metrics, set);
  MEMBER(seneca_metrics, record);
}

int main(void) {
  print_plugin();
  print_event();
  print_calls();
  print_roles();
  print_session();
  print_metrics();
  return 0;
}
