/// Relays: bytes that go both ways between two connections.
///
/// **Threads**: the handler's, with which the relay returns when both sides have ended.
///
/// **Depends on** the public interface, and on `dev.polyserve.spi`, by which connections of one event loop relay in one
/// coroutine.
@NullMarked
package dev.polyserve.relay;

import org.jspecify.annotations.NullMarked;
