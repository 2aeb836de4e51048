/// Multiplexers, which report to an event loop the descriptors that are ready: one small class for each mechanism of
/// Linux.
///
/// | class | system call | cost of a change of interest |
/// |---|---|---|
/// | `EpollMultiplexer` | `epoll`, level-triggered | one call if the interest still differs at the next wait |
/// | `EdgeTriggeredMultiplexer` | `epoll`, edge-triggered, each descriptor registered once | nothing |
/// | `PollMultiplexer` | `poll`, an array of all descriptors each time | nothing |
/// | `SelectMultiplexer` | `select`, three sets of bits each time, below 1024 | nothing |
/// | `PollingMultiplexer` | each descriptor by itself, in turn | nothing |
///
/// **Threads**: the loop's, except for waking it up.
///
/// **Depends on** `dev.polyserve.io`, `dev.polyserve.loop`, the sockets of this module and its system calls.
@NullMarked
package dev.polyserve.linux.multiplexer;

import org.jspecify.annotations.NullMarked;
