/// Connections to a server that outlive the handlers which use them: pools of them, and one for the requests of many.
///
/// **Threads**: any. A handler on an event loop waits as a coroutine, without blocking its loop.
///
/// **Depends on** the public interface, on `dev.polyserve.spi`, by which a connection changes its owner, and on the lock that
/// event loops may take.
@NullMarked
package dev.polyserve.pool;

import org.jspecify.annotations.NullMarked;
