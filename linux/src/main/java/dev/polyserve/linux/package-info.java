/// The models that event loops on descriptors bring: select, poll, epoll, edge-triggered epoll, polling, and
/// io_uring.
///
/// **Threads**: a server's start.
///
/// **Depends on** `core`'s seams and the packages below this one.
@NullMarked
package dev.polyserve.linux;

import org.jspecify.annotations.NullMarked;
