/// The queues of what loops run next: of a hub in this module, and of an event loop.
///
/// **Threads**: a queue belongs to its loop's thread, except members that state otherwise.
///
/// **Depends on** the JDK only.
@NullMarked
package dev.polyserve.coroutine.queue;

import org.jspecify.annotations.NullMarked;
