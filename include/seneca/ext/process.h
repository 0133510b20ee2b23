/* Host extension "seneca.process/1": there when this instance has a process of its own, which its crash, its
 * hang or its hunger for memory ends, and nothing else. For plugins on libraries that do not know better. */
#ifndef SENECA_EXT_PROCESS_H
#define SENECA_EXT_PROCESS_H

#include "../plugin.h"

#define SENECA_PROCESS "seneca.process/1"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct seneca_process {
  uint32_t size;
} seneca_process;

#ifdef __cplusplus
}
#endif

#endif
