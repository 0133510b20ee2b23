/* Role "seneca.session/1": answers what Socket.IO clients send, greets or refuses them.
 *
 * One instance per shard, owned by that shard's thread: an instance knows the clients of its shard only, and
 * what it keeps needs no locks. What is for clients of all shards goes out as an event of type "seneca.emit"
 * (seneca_host.publish).
 *
 * Several plugins may serve one namespace; they are asked in the configured order. On reload clients stay
 * with the instance they came to, newcomers get the new one. */
#ifndef SENECA_EXT_SESSION_H
#define SENECA_EXT_SESSION_H

#include "../plugin.h"

#define SENECA_SESSION "seneca.session/1"
#define SENECA_CLIENTS "seneca.clients/1" /* the host extension with what can be done for a client */

#ifdef __cplusplus
extern "C" {
#endif

/* One Socket.IO client in one namespace, as one plugin sees it. The host's; lives from `connect` until
 * `disconnected` has returned, or until `connect` has refused it. */
typedef struct seneca_client {
  uint32_t size;
  uint32_t bare;         /* 1: it speaks Engine.IO without Socket.IO; only `message` is called for it */
  void* user;            /* the plugin's own, NULL at first */
  seneca_str id;         /* its sid; also the name of a room that is its own */
  seneca_str namespace_; /* "/", "/conversations"; "" of a bare one */
  seneca_str address;    /* "127.0.0.1:51234"; behind a proxy without a port */
  void* impl;            /* the host's */
} seneca_client;

/* Arguments of an event or an acknowledgement. `json` is an array; binary values are in `attachments`, and
 * {"_placeholder":true,"num":i} stands where attachment i belongs. */
typedef struct seneca_args {
  uint32_t size;
  uint32_t attachment_count; /* at most 10 */
  seneca_str json;
  const seneca_str* attachments;
} seneca_args;

/* An event a client sent. */
typedef struct seneca_client_event {
  uint32_t size;
  uint32_t wants_reply; /* 1: the client awaits an acknowledgement; answer with `reply` */
  uint64_t reply_id;    /* for `reply`, now or later, once */
  seneca_str name;
  const seneca_args* args;
} seneca_client_event;

/* How an event goes to a client. A zeroed one asks for nothing. */
typedef struct seneca_emit_options {
  uint32_t size;
  uint32_t is_volatile; /* 1: not sent to a client that is behind */
  uint32_t timeout_ms;  /* not 0: an acknowledgement is asked for; `replied` is called within this time */
  uint64_t reply_id;    /* the plugin's own name for it, given back to `replied` */
} seneca_emit_options;

/* [owner] What can be done for a client. All answer SENECA_OK or SENECA_E_*: INVALID for arguments that no
 * client could be sent, FAILED for a client that is on its way out. */
typedef struct seneca_clients {
  uint32_t size;
  /* Sends the event `name`. `options` may be NULL. Reserved names are refused. */
  int32_t (*emit)(const seneca_client* client, seneca_str name, const seneca_args* args,
                  const seneca_emit_options* options);
  /* Acknowledges an event of the client's. */
  int32_t (*reply)(const seneca_client* client, uint64_t reply_id, const seneca_args* args);
  /* SENECA_E_LIMIT: the room is full, or the client is in too many. */
  int32_t (*join)(const seneca_client* client, seneca_str room);
  int32_t (*leave)(const seneca_client* client, seneca_str room);
  /* Live events that `selection` names: a JSON object {"match":[…],"filter":"…","rooms":[…],"as":"…"}, all
   * optional. They arrive as the event "event", or, with `as`, in the shape that the route of that event name
   * in this namespace gives them. Clients with equal selections share one evaluation. */
  int32_t (*subscribe)(const seneca_client* client, seneca_str selection);
  /* The same text as given to `subscribe`; "" ends all. */
  int32_t (*unsubscribe)(const seneca_client* client, seneca_str selection);
  /* Out of this namespace; with `close` nonzero the whole connection ends. `disconnected` follows after the
   * call that asked for it. */
  int32_t (*disconnect)(const seneca_client* client, int32_t close);
  /* One Engine.IO message to a bare client. */
  int32_t (*send)(const seneca_client* client, int32_t binary, seneca_str bytes);
} seneca_clients;

/* Members may be NULL, but either `serves` or `message` must be there. Where nothing is said of a failure, it
 * is logged. */
typedef struct seneca_session {
  uint32_t size;
  /* [owner] Nonzero: clients of this namespace are shown to the plugin. Asked for each that comes, also for
   * namespaces nobody else knows. */
  int32_t (*serves)(void* self, seneca_str namespace_);
  /* [owner] A client asks to join with `auth`, a JSON object. Not SENECA_OK: it is refused with error->text
   * as the message and, when something was written to `data`, that JSON value as its data. */
  int32_t (*connect)(void* self, seneca_client* client, seneca_str auth, const seneca_writer* data,
                     seneca_error* error);
  /* [owner] The client has joined and knows it: greet. */
  int32_t (*connected)(void* self, seneca_client* client, seneca_str auth, seneca_error* error);
  /* [owner] SENECA_OK: handled. SENECA_E_UNSUPPORTED: not the plugin's; the next one is asked, then the
   * relay's own (join, leave, subscribe, unsubscribe, publish). Anything else: refused, and who awaits an
   * acknowledgement gets {"ok":false,"code":"refused","message":error->text}. */
  int32_t (*client_event)(void* self, seneca_client* client, const seneca_client_event* event,
                          seneca_error* error);
  /* [owner] The answer to an `emit` with a timeout; `args` is NULL when none came in time. */
  int32_t (*replied)(void* self, seneca_client* client, uint64_t reply_id, const seneca_args* args,
                     seneca_error* error);
  /* [owner] It is gone, or has left the namespace. Nothing reaches it any more. */
  int32_t (*disconnected)(void* self, seneca_client* client, seneca_str reason, seneca_error* error);
  /* [owner] A bare client (path /engine.io/) sent a message. */
  int32_t (*message)(void* self, seneca_client* client, int32_t binary, seneca_str bytes,
                     seneca_error* error);
} seneca_session;

#ifdef __cplusplus
}
#endif

#endif
