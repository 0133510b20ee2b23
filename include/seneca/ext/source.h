/* Role "seneca.source/1": brings events in by itself, from a broker or a device, with host->publish.
 *
 * One instance per configured plugin, owned by the relay's control thread; if the plugin has other roles too,
 * theirs is another instance. On reload the instance is left alone while its configuration stays the same;
 * otherwise the new one is created, the old one stopped, then the new one started. */
#ifndef SENECA_EXT_SOURCE_H
#define SENECA_EXT_SOURCE_H

#include "../plugin.h"

#define SENECA_SOURCE "seneca.source/1"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct seneca_source {
  uint32_t size;
  /* [owner] Begins on a thread of the plugin's own and returns soon; called once, and what is published from
   * here on is live. What can only be known later, such as a broker that does not answer, is no failure. When
   * host->publish says SENECA_E_FULL, wait a little and try again. */
  int32_t (*start)(void* self, seneca_error* error);
  /* [owner] Returns when that thread has ended, within a fraction of a second; called once after `start`. */
  void (*stop)(void* self);
  /* [any-thread] Writes one JSON object for people, shown among the relay's sources, such as
   * {"state": "connected", "records": 7, "last_error": ""}. May be NULL. */
  int32_t (*status)(void* self, const seneca_writer* out, seneca_error* error);
} seneca_source;

#ifdef __cplusplus
}
#endif

#endif
