/* Every C header in one translation unit, with a plugin that uses them. */
#include <seneca/ext/codec.h>
#include <seneca/ext/filter.h>
#include <seneca/ext/metrics.h>
#include <seneca/ext/process.h>
#include <seneca/ext/session.h>
#include <seneca/ext/sink.h>
#include <seneca/ext/source.h>
#include <seneca/ext/state.h>
#include <seneca/ext/timer.h>
#include <seneca/ext/view.h>
#include <seneca/plugin.h>
#include <seneca/version.h>
#include <string.h>

static int32_t process(void* self, const seneca_batch* batch, seneca_error* error) {
  (void)self;
  (void)error;
  return SENECA_HAS(batch, emit) ? SENECA_OK : SENECA_E_UNSUPPORTED;
}
static int32_t create(const seneca_host* host, seneca_str config, void** self, seneca_error* error) {
  (void)config;
  (void)error;
  *self = NULL;
  return SENECA_HAS(host, publish) ? SENECA_OK : SENECA_E_UNSUPPORTED;
}
static void destroy(void* self) { (void)self; }
static const void* role(const char* id) {
  static const seneca_filter filter = {sizeof(seneca_filter), process, NULL};
  return strcmp(id, SENECA_FILTER) == 0 ? &filter : NULL;
}

const seneca_plugin seneca_plugin_v1 = {sizeof(seneca_plugin),
                                        SENECA_ABI_MAJOR,
                                        SENECA_ABI_MINOR,
                                        "org.example.every-header",
                                        "1.0.0",
                                        NULL,
                                        NULL,
                                        create,
                                        destroy,
                                        role};
