/* Role "seneca.filter/1": sees events before they get their offset; passes, changes, drops, rejects or emits.
 *
 * One instance per configured plugin, owned by the pipeline thread, so a filter needs no locks. */
#ifndef SENECA_EXT_FILTER_H
#define SENECA_EXT_FILTER_H

#include "../plugin.h"

#define SENECA_FILTER "seneca.filter/1"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct seneca_filter {
  uint32_t size;
  /* [owner] Decides each event's verdict. Nonzero: the whole batch failed, on_error decides for every event
   * in it and what it emitted is discarded. */
  int32_t (*process)(void* self, const seneca_batch* batch, seneca_error* error);
  /* The type patterns of the events it is made for, separated by spaces ("marcus.raw.** agent.*"); the
   * configured `match` overrides them. NULL: every event. */
  const char* match;
} seneca_filter;

#ifdef __cplusplus
}
#endif

#endif
