/// One event loop: small multiplexers, timers, the mailbox for other threads, and the two ways in which it serves a
/// connection.
///
/// A [dev.polyserve.loop.LoopProtocolDriver] drives a protocol directly. A [dev.polyserve.loop.CoroutineWire] lets a
/// handler wait as a coroutine of the loop. Both handle a read without available bytes; the loop itself blocks in
/// [dev.polyserve.loop.EventLoop].
///
/// **Threads**: everything belongs to its loop's thread except [dev.polyserve.loop.EventLoop#post] and the members that
/// state otherwise.
///
/// **Depends on** the public interface, `conversation`, `io` and the `coroutine` module.
@NullMarked
package dev.polyserve.loop;

import org.jspecify.annotations.NullMarked;
