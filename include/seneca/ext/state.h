/* Role "seneca.state/1": what an instance knows survives a change of its configuration.
 *
 * On reload the host creates the new instance, saves the old one into it between two batches, then destroys
 * the old one. Without this role the new instance starts empty. */
#ifndef SENECA_EXT_STATE_H
#define SENECA_EXT_STATE_H

#include "../plugin.h"

#define SENECA_STATE "seneca.state/1"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct seneca_state {
  uint32_t size;
  int32_t (*save)(void* self, const seneca_writer* out, seneca_error* error); /* [owner] any bytes */
  int32_t (*load)(void* self, seneca_str saved, seneca_error* error);         /* [owner] bytes of `save` */
} seneca_state;

#ifdef __cplusplus
}
#endif

#endif
