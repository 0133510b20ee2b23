#pragma once

namespace relay {

// What a relay gives up, in case somebody gets it to do what it should not. Capabilities are a thread's own,
// and those it starts have them too: call early.

/// Programs that are started gain nothing, and of the capabilities that root has only those stay that are
/// needed to bind ports below 1024 and to reach files whoever they belong to.
void give_up_privileges();
/// Once all listeners are bound: no more ports.
void give_up_binding();
/// No core file, and no debugger of another process of the same user: there are keys in memory. Does nothing
/// in builds with sanitizers, which look into memory themselves.
void hide_memory();

}  // namespace relay
