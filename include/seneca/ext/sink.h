/* Role "seneca.sink/1": takes events out, to a file, a broker, another service.
 *
 * One instance per configured plugin, with a thread of its own: it may block, the relay goes on. If the
 * plugin has other roles too, theirs is another instance. Events come from the relay's log, by rising offset,
 * after all filters. A sink that falls behind further than the log reaches misses the oldest; the relay
 * counts them and says so. */
#ifndef SENECA_EXT_SINK_H
#define SENECA_EXT_SINK_H

#include "../plugin.h"

#define SENECA_SINK "seneca.sink/1"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct seneca_sink {
  uint32_t size;
  /* [sink] Takes `count` events. SENECA_OK: it has them all. SENECA_E_FULL: not now; those beyond the first
   * *taken come again, after a pause that grows from 0.1 to 30 s. Anything else: it will never take the event
   * after the first *taken, which is given up and counted; the rest come again at once. *taken is 0 before.
   */
  int32_t (*deliver)(void* self, const seneca_event* const* events, uint32_t count, uint32_t* taken,
                     seneca_error* error);
  /* [sink] All there is has been delivered; nothing comes until something happens. The last call before
   * destroy, too. SENECA_E_FULL: called again like deliver. May be NULL. */
  int32_t (*flush)(void* self, seneca_error* error);
  /* The type patterns of the events it is made for, separated by spaces; the configured `match` overrides
   * them. NULL: every event. */
  const char* match;
} seneca_sink;

#ifdef __cplusplus
}
#endif

#endif
