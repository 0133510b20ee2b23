/* Role "seneca.codec/1": WebSocket clients that speak a subprotocol of the plugin's own.
 *
 * The plugin translates between the messages of that and those of the subprotocol seneca.v1.json, see
 * seneca-protocol(7); so its clients can do whatever clients of that can. One instance per shard, owned by
 * its thread. An event is translated once for all clients of a shard. A translation must not depend on
 * earlier ones: clients that are behind miss some, and those who come late are sent the past. */
#ifndef SENECA_EXT_CODEC_H
#define SENECA_EXT_CODEC_H

#include "../plugin.h"

#define SENECA_CODEC "seneca.codec/1"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct seneca_codec {
  uint32_t size;
  int32_t binary; /* 1: `encode` makes binary messages; 0: texts, which are UTF-8 */
  /* What clients offer in Sec-WebSocket-Protocol, "v1.example.org": at most 128 letters, digits and
   * !#$%&'*+-.^_`|~ */
  const char* subprotocol;
  /* [owner] Writes the seneca.v1.json request that a client's message stands for. Nonzero: it stands for
   * none; the client gets an error message with the text of `error`. */
  int32_t (*decode)(void* self, seneca_str message, int32_t binary, const seneca_writer* request,
                    seneca_error* error);
  /* [owner] Writes a message of its own for a message of seneca.v1.json. Nonzero: it has none; of an event
   * the clients are told then that it is missing. */
  int32_t (*encode)(void* self, seneca_str message, const seneca_writer* out, seneca_error* error);
} seneca_codec;

#ifdef __cplusplus
}
#endif

#endif
