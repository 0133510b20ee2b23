/* The Seneca plugin ABI. C11 or C++11 and later; needs nothing but this directory.
 *
 * A plugin is a shared object that exports one data symbol, `seneca_plugin_v1`. It imports nothing from the
 * relay: everything it may call is handed to it in tables of functions. What a plugin can do is a role,
 * looked up by id
 * ("seneca.filter/1"); each role is one header in ext/.
 *
 * Thread tags, on every function:
 *   [any-thread]  may be called from any thread at any time
 *   [owner]       called on the thread that owns the instance; calls into one instance never overlap.
 *                 Filters, views and timers are owned by the pipeline thread, sources by the control thread.
 *
 * Rules for both sides:
 *   - Structs that can grow begin with `size`, the bytes its maker knows. Test a member with SENECA_HAS
 * before use.
 *   - A seneca_str borrows. What the host passes dies when the call returns; what the plugin passes is copied
 *     before the call returns. The texts of seneca_plugin itself live as long as the library.
 *   - Exceptions and longjmp never cross this boundary.
 *   - Functions that can fail return 0 for success or a negative SENECA_E_*.
 */
#ifndef SENECA_PLUGIN_H
#define SENECA_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#include "version.h"

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SENECA_EXPORT __attribute__((visibility("default")))
#else
#define SENECA_EXPORT
#endif

#define SENECA_ABI_MAJOR 1
#define SENECA_ABI_MINOR 0

/* True when the struct behind `p` is new enough to hold `member`, and the member is set. */
#define SENECA_HAS(p, member) \
  ((size_t)(p)->size >= (size_t)((const char*)(&(p)->member + 1) - (const char*)(p)) && (p)->member)

/* UTF-8 text or bytes, borrowed, without a final NUL. `ptr` may be NULL when `len` is 0. */
typedef struct seneca_str {
  const char* ptr;
  size_t len;
} seneca_str;

/* Filled in by whoever fails; owned by the caller. `text` is NUL-terminated: what is wrong and how to mend
 * it. */
typedef struct seneca_error {
  int32_t code; /* SENECA_E_* */
  char text[252];
} seneca_error;

enum {
  SENECA_OK = 0,
  SENECA_E_INVALID = -1,     /* an argument or a config value is wrong */
  SENECA_E_FULL = -2,        /* a bounded queue is full; try again later */
  SENECA_E_UNSUPPORTED = -3, /* this host or plugin does not know that */
  SENECA_E_FAILED = -4,      /* the operation failed; see the text */
  SENECA_E_LIMIT = -5        /* more output than the host allows for one input */
};

/* What becomes of an event. Changing it and emitting others are calls, so they cannot contradict the verdict.
 */
enum {
  SENECA_PASS = 0,   /* goes on to the next stage */
  SENECA_DROP = 1,   /* ends here; its publisher is told it was accepted */
  SENECA_REJECT = 2, /* ends here; its publisher is told so, with the reason */
  SENECA_FAIL = 3 /* the plugin could not tell: what it changed or emitted for this event is discarded and the
                     configured on_error decides about the original */
};

/* UNSET: nobody chose one, so the routes do. It is 0, so that a zeroed event is not critical by accident. */
enum {
  SENECA_PRIORITY_UNSET = 0,
  SENECA_PRIORITY_CRITICAL = 1,
  SENECA_PRIORITY_HIGH = 2,
  SENECA_PRIORITY_NORMAL = 3,
  SENECA_PRIORITY_LOW = 4
};

/* One event: CloudEvents 1.0 attributes and ours. Texts are unescaped, "" means absent.
 * `data` is one valid JSON value of at most 64 levels (or empty), byte for byte as it came in. */
typedef struct seneca_event {
  uint32_t size;
  int32_t priority;          /* SENECA_PRIORITY_* */
  uint64_t offset;           /* position in the log; 0 in filters, which run before it is given */
  int64_t time_us;           /* when it happened, microseconds since the Unix epoch */
  seneca_str id;             /* unique per source */
  seneca_str source;         /* URI reference */
  seneca_str type;           /* dotted topic */
  seneca_str subject;        /* "agent:ID", "task:ID", "project:ID", or the source's own */
  seneca_str data;           /* JSON */
  seneca_str severity;       /* severitytext */
  seneca_str correlation_id; /* correlationid */
  seneca_str traceparent;
  seneca_str origin;     /* what the source called it */
  seneca_str room;       /* publish here instead of the routes' rooms */
  seneca_str extensions; /* other attributes as JSON members without braces: "a":1,"b":"x" */
} seneca_event;

/* Fields of an event a filter may set. */
enum {
  SENECA_FIELD_ID = 1,
  SENECA_FIELD_SOURCE = 2,
  SENECA_FIELD_TYPE = 3,
  SENECA_FIELD_SUBJECT = 4,
  SENECA_FIELD_DATA = 5,
  SENECA_FIELD_SEVERITY = 6,
  SENECA_FIELD_CORRELATION_ID = 7,
  SENECA_FIELD_TRACEPARENT = 8,
  SENECA_FIELD_ORIGIN = 9,
  SENECA_FIELD_ROOM = 10,
  SENECA_FIELD_EXTENSIONS = 11
};

/* Events in log order, of several types and sources. All functions: [owner], only during the call that got
 * it. */
typedef struct seneca_batch {
  uint32_t size;
  uint32_t count;
  const seneca_event* const* events; /* count pointers; what `set` changes shows here at once */
  int32_t* verdicts;                 /* count, pre-filled with SENECA_PASS */
  void* impl;                        /* the host's */
  /* Replaces a text field of event i; copies. SENECA_E_INVALID, and nothing changed, when it is not UTF-8,
   * too long, not valid JSON (DATA, EXTENSIONS) or empty (ID, SOURCE, TYPE). */
  int32_t (*set)(const struct seneca_batch* batch, uint32_t i, int32_t field, seneca_str value);
  int32_t (*set_priority)(const struct seneca_batch* batch, uint32_t i, int32_t priority);
  int32_t (*set_time)(const struct seneca_batch* batch, uint32_t i, int64_t time_us);
  /* Why event i was dropped, rejected or failed: one short text, counted per text and shown to operators. */
  void (*reason)(const struct seneca_batch* batch, uint32_t i, seneca_str text);
  /* A new event, placed after event i (of a timer's empty batch: i is ignored). It enters the next stage, so
   * there are no loops. `type` and `source` must not be empty; an empty id is made up from that of event i, a
   * time of 0 is that of event i or the tick. */
  int32_t (*emit)(const struct seneca_batch* batch, uint32_t i, const seneca_event* event);
  /* When the host handed the batch over, microseconds since the Unix epoch. For whatever depends on the time:
   * reading no clock of its own keeps a plugin testable with `senecactl plugin test`. */
  int64_t now_us;
} seneca_batch;

/* Where a plugin writes a result of any length. [owner], only during the call that got it. */
typedef struct seneca_writer {
  uint32_t size;
  void* impl;
  int32_t (*append)(const struct seneca_writer* writer, seneca_str bytes);
} seneca_writer;

enum { SENECA_LOG_DEBUG = 0, SENECA_LOG_INFO = 1, SENECA_LOG_WARN = 2, SENECA_LOG_ERROR = 3 };

/* What the host offers, for the life of the instance. */
typedef struct seneca_host {
  uint32_t size;
  uint16_t abi_major;
  uint16_t abi_minor;
  void* impl;
  /* [any-thread] One line into the relay's log, under the plugin's id. */
  void (*log)(const struct seneca_host* host, int32_t level, seneca_str text);
  /* [any-thread] An event into the relay's intake, as from a source; needs `source` and `type`; an empty id
   * is made up, a time of 0 is now. SENECA_E_FULL when the intake is full. */
  int32_t (*publish)(const struct seneca_host* host, const seneca_event* event);
  /* [any-thread] A host extension by id, or NULL. */
  const void* (*extension)(const struct seneca_host* host, const char* id);
} seneca_host;

/* The plugin itself: static data. */
typedef struct seneca_plugin {
  uint32_t size;
  uint16_t abi_major;        /* SENECA_ABI_MAJOR */
  uint16_t abi_minor;        /* SENECA_ABI_MINOR it was built with */
  const char* id;            /* reverse domain name, "org.example.redact" */
  const char* version;       /* semantic version */
  const char* summary;       /* one line, may be NULL */
  const char* config_schema; /* JSON Schema of the config object, checked before create; NULL: any object */
  /* [owner] `config` is a JSON object that satisfies the schema. On success *self is the new instance. */
  int32_t (*create)(const seneca_host* host, seneca_str config, void** self, seneca_error* error);
  void (*destroy)(void* self); /* [owner] */
  /* [any-thread] The table of a role, static for the life of the library, or NULL. */
  const void* (*role)(const char* id);
} seneca_plugin;

#define SENECA_PLUGIN_SYMBOL "seneca_plugin_v1"

extern SENECA_EXPORT const seneca_plugin seneca_plugin_v1;

#ifdef __cplusplus
}
#endif

#endif
