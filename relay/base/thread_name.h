#pragma once

#include <pthread.h>

#include <string>

namespace relay {

/// The calling thread's name, for top, gdb and perf; at most 15 characters.
inline void name_thread(const std::string& name) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
}

}  // namespace relay
