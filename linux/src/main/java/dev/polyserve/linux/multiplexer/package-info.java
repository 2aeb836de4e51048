/// What tells an event loop which descriptors are ready: one small class for each mechanism of Linux.
///
/// | class | how it asks | what a change of interest costs |
/// |---|---|---|
/// | `EpollMultiplexer` | `epoll`, level-triggered | a call when it is still wanted at the next wait |
/// | `EdgeMultiplexer` | `epoll`, edge-triggered, each descriptor registered once | nothing |
/// | `PollMultiplexer` | `poll`, an array of all descriptors each time | nothing |
/// | `SelectMultiplexer` | `select`, three sets of bits each time, below 1024 | nothing |
/// | `PollingMultiplexer` | each descriptor by itself, in turn | nothing |
///
/// **Threads**: the loop's, except waking it.
///
/// **Depends on** `dev.polyserve.io`, `dev.polyserve.loop`, the sockets of this module and its system calls.
@NullMarked
package dev.polyserve.linux.multiplexer;

import org.jspecify.annotations.NullMarked;
