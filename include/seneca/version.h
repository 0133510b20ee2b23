/* The version of Seneca these headers came with. */
#ifndef SENECA_VERSION_H
#define SENECA_VERSION_H

#define SENECA_VERSION_MAJOR 0
#define SENECA_VERSION_MINOR 1
#define SENECA_VERSION_PATCH 0
#define SENECA_VERSION_STRING "0.1.0"

#endif
