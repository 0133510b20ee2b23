/* What the preloaded library counts; see count_allocations.c. */
#ifndef SENECA_COUNT_ALLOCATIONS_H
#define SENECA_COUNT_ALLOCATIONS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct seneca_allocations {
  uint64_t calls;
  uint64_t bytes;
} seneca_allocations;

/* Of the calling thread, since its start. */
__attribute__((visibility("default"))) seneca_allocations seneca_count_allocations(void);

#ifdef __cplusplus
}
#endif

#endif
