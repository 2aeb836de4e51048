/// The process and event-loop models over descriptors: select, poll, epoll, edge-triggered epoll, polling, and
/// io_uring.
///
/// **Threads**: the thread that starts the server.
///
/// **Depends on** `core`'s seams and the packages below this one.
@NullMarked
package dev.polyserve.linux;

import org.jspecify.annotations.NullMarked;
