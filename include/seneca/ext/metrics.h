/* Host extension "seneca.metrics/1": numbers that a plugin shows to operators, beside those that the host
 * counts itself: in GET /api/v1/plugins, `senecactl plugin list --json` and `stats --plugins`.
 *
 *   const seneca_metrics* metrics = host->extension(host, SENECA_METRICS);   NULL: this host has none
 *   seneca_metric* keys = NULL;
 *   if (metrics) metrics->add(host, SENECA_GAUGE, name, &keys);
 *
 * They begin anew with each instance, as the host's own counters do: a reload sets them back. Of a plugin
 * with several instances the values are told together, histograms merged and all others added up. */
#ifndef SENECA_EXT_METRICS_H
#define SENECA_EXT_METRICS_H

#include "../plugin.h"

#define SENECA_METRICS "seneca.metrics/1"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  SENECA_COUNTER = 0,  /* how often something has happened: only grows */
  SENECA_GAUGE = 1,    /* how much there is of something now */
  SENECA_HISTOGRAM = 2 /* how the sizes or durations of something are distributed */
};

enum { SENECA_MAX_METRICS = 32 };

/* One of them; the host's. Valid until `destroy` of the instance has returned. */
typedef struct seneca_metric seneca_metric;

/* The updates never block and cost some nanoseconds; those that are for another kind, or for NULL, do
 * nothing. */
typedef struct seneca_metrics {
  uint32_t size;
  /* [owner] Only during `create`. `name` is [a-z_][a-z0-9_]*, at most 64 bytes, and says its unit: "wait_us".
   * SENECA_E_INVALID: a bad name or kind, one that is there already, or too late; SENECA_E_LIMIT: too many.
   */
  int32_t (*add)(const seneca_host* host, int32_t kind, seneca_str name, seneca_metric** metric);
  void (*count)(seneca_metric* counter, uint64_t times);    /* [any-thread] */
  void (*set)(seneca_metric* gauge, int64_t value);         /* [any-thread] */
  void (*record)(seneca_metric* histogram, uint64_t value); /* [any-thread] */
} seneca_metrics;

#ifdef __cplusplus
}
#endif

#endif
