/* A whole plugin in C: drops what is about idle agents. */
#include <seneca/ext/filter.h>
#include <seneca/plugin.h>
#include <string.h>

static int contains(seneca_str text, const char* word) {
  const size_t length = strlen(word);
  size_t i;
  for (i = 0; i + length <= text.len; ++i)
    if (memcmp(text.ptr + i, word, length) == 0) return 1;
  return 0;
}

static int32_t process(void* self, const seneca_batch* batch, seneca_error* error) {
  uint32_t i;
  (void)self;
  (void)error;
  for (i = 0; i < batch->count; ++i)
    if (contains(batch->events[i]->data, "\"idle\"")) batch->verdicts[i] = SENECA_DROP;
  return SENECA_OK;
}

static int32_t create(const seneca_host* host, seneca_str config, void** self, seneca_error* error) {
  (void)host;
  (void)config;
  (void)self;
  (void)error;
  return SENECA_OK;
}
static void destroy(void* self) { (void)self; }
static const void* role(const char* id) {
  static const seneca_filter filter = {sizeof filter, process, NULL};
  return strcmp(id, SENECA_FILTER) == 0 ? &filter : NULL;
}

const seneca_plugin seneca_plugin_v1 = {
    sizeof(seneca_plugin),
    SENECA_ABI_MAJOR,
    SENECA_ABI_MINOR,
    "org.example.c-plugin",
    "1.0.0",
    "drops what is about idle agents",
    NULL,
    create,
    destroy,
    role,
};
