/// Hot restart: a new program takes over the sockets of the one that runs, which then lets its connections come to their ends.
///
/// ```
///   old: Successor.start ──program, sockets──▶ new: Predecessor.here, takeOver ─▶ binds, starts
///        Successor.awaitReady ◀──ready, or its end── Predecessor.ready
///        ready: drains      not ready: kills it and serves on
/// ```
///
/// **Threads**: each object belongs to one at a time; [dev.polyserve.linux.restart.Successor#cancel] is for any.
///
/// **Depends on** the sockets and processes of this module, and its system calls.
@NullMarked
package dev.polyserve.linux.restart;

import org.jspecify.annotations.NullMarked;
