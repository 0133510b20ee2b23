/* Preloaded by `senecactl plugin bench`: counts what a thread allocates, whoever calls. Not part of the
 * relay. */
#include <stddef.h>
#include <stdint.h>

#include "count_allocations.h"

extern void* __libc_malloc(size_t);
extern void* __libc_calloc(size_t, size_t);
extern void* __libc_realloc(void*, size_t);
extern void* __libc_memalign(size_t, size_t);

static __thread seneca_allocations counted __attribute__((tls_model("initial-exec")));

seneca_allocations seneca_count_allocations(void) { return counted; }

static void count(size_t bytes) {
  ++counted.calls;
  counted.bytes += bytes;
}

void* malloc(size_t size) {
  count(size);
  return __libc_malloc(size);
}
void* calloc(size_t items, size_t size) {
  count(items * size);
  return __libc_calloc(items, size);
}
void* realloc(void* old, size_t size) {
  count(size);
  return __libc_realloc(old, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  count(size);
  return __libc_memalign(alignment, size);
}
