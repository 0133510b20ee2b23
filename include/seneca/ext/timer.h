/* Role "seneca.timer/1": a filter that must also act when nothing comes in (silence, windows, rates). */
#ifndef SENECA_EXT_TIMER_H
#define SENECA_EXT_TIMER_H

#include "../plugin.h"

#define SENECA_TIMER "seneca.timer/1"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct seneca_timer {
  uint32_t size;
  uint32_t interval_ms; /* at least 10; the host calls no earlier, and later under load */
  /* [owner] `now_us` is wall-clock time. `batch` is empty: use batch->emit. */
  int32_t (*tick)(void* self, int64_t now_us, const seneca_batch* batch, seneca_error* error);
} seneca_timer;

#ifdef __cplusplus
}
#endif

#endif
