/* Role "seneca.view/1": the shape in which Socket.IO pages see an event, made once and shared by all who get
 * it; not made while no page is connected. */
#ifndef SENECA_EXT_VIEW_H
#define SENECA_EXT_VIEW_H

#include "../plugin.h"

#define SENECA_VIEW "seneca.view/1"

#ifdef __cplusplus
extern "C" {
#endif

enum { SENECA_VIEW_RENDERED = 0, SENECA_VIEW_DECLINED = 1 };

typedef struct seneca_view {
  uint32_t size;
  /* [owner] Writes one JSON value, the payload of the UI event `ui_event` ("agent_update"), to `out`.
   * SENECA_VIEW_DECLINED: this view has no shape for it; the relay's default shape is used. */
  int32_t (*render)(void* self, const seneca_event* event, seneca_str ui_event, const seneca_writer* out,
                    seneca_error* error);
} seneca_view;

#ifdef __cplusplus
}
#endif

#endif
