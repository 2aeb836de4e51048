/// One event loop: tiny multiplexers, timers, the mailbox by which other threads reach it, and the two ways in which it
/// serves a connection.
///
/// A [dev.polyserve.loop.LoopDriver] drives a protocol directly; a [dev.polyserve.loop.LoopWire] lets a handler wait as a
/// coroutine of the loop. Where a read finds nothing is [dev.polyserve.loop.LoopWire] and [dev.polyserve.loop.LoopDriver];
/// where the loop itself waits is [dev.polyserve.loop.EventLoop].
///
/// **Threads**: everything belongs to its loop's thread except [dev.polyserve.loop.EventLoop#post] and what says so.
///
/// **Depends on** the public interface, `conversation`, `io` and the `coroutine` module.
@NullMarked
package dev.polyserve.loop;

import org.jspecify.annotations.NullMarked;
