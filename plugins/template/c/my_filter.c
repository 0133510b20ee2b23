/* Drops events of the types that its configuration names: {"drop": "agent.idle"}. Change it into yours. */
#include <seneca/ext/filter.h>
#include <seneca/plugin.h>
#include <stdlib.h>
#include <string.h>

typedef struct my_filter {
  size_t length;
  char type[128]; /* the type to drop */
} my_filter;

static const char schema[] =
    "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"
    "\"drop\":{\"type\":\"string\",\"pattern\":\"^[a-z.]{1,127}$\",\"default\":\"agent.idle\","
    "\"description\":\"the type of the events to drop\"}}}";

/* The configuration has been checked against the schema: it is {} or names one type. */
static seneca_str wanted_type(seneca_str config) {
  const char* const end = config.ptr + config.len;
  const char* const colon = memchr(config.ptr, ':', config.len);
  const char* const open = colon ? memchr(colon, '"', (size_t)(end - colon)) : NULL;
  const char* const close = open ? memchr(open + 1, '"', (size_t)(end - open - 1)) : NULL;
  seneca_str type = {"agent.idle", 10};
  if (close != NULL) {
    type.ptr = open + 1;
    type.len = (size_t)(close - open - 1);
  }
  return type;
}

static int32_t create(const seneca_host* host, seneca_str config, void** self, seneca_error* error) {
  const seneca_str type = wanted_type(config);
  my_filter* const made = malloc(sizeof *made);
  (void)host;
  if (made == NULL || type.len > sizeof made->type) {
    strcpy(error->text, made ? "write \"drop\" without escapes" : "out of memory");
    free(made);
    return SENECA_E_INVALID;
  }
  made->length = type.len;
  memcpy(made->type, type.ptr, type.len);
  *self = made;
  return SENECA_OK;
}

static void destroy(void* self) { free(self); }

static int32_t process(void* self, const seneca_batch* batch, seneca_error* error) {
  static const seneca_str why = {"not wanted", 10};
  const my_filter* const filter = self;
  uint32_t i;
  (void)error;
  for (i = 0; i < batch->count; ++i) {
    const seneca_str type = batch->events[i]->type;
    if (type.len != filter->length || memcmp(type.ptr, filter->type, type.len) != 0) continue;
    batch->verdicts[i] = SENECA_DROP;
    batch->reason(batch, i, why);
  }
  return SENECA_OK;
}

static const void* role(const char* id) {
  static const seneca_filter filter = {sizeof filter, process, NULL};
  return strcmp(id, SENECA_FILTER) == 0 ? &filter : NULL;
}

const seneca_plugin seneca_plugin_v1 = {
    sizeof(seneca_plugin),
    SENECA_ABI_MAJOR,
    SENECA_ABI_MINOR,
    "org.example.my-filter",
    "1.0.0",
    "drops events of one type",
    schema,
    create,
    destroy,
    role,
};
