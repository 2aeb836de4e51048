/// Hot restart: a new program takes over the sockets of the running one, which then lets its connections end.
///
/// ```
///   old: Successor.start ──program, sockets──▶ new: Predecessor.here, takeOver ─▶ binds, starts
///        Successor.handOver ◀──ready, or its end──── Predecessor.awaitConfirmation
///                           ──bans, confirmed──────▶ puts its pid file and control socket in place
///                           ◀──taken over─────────── Predecessor.complete
///        taken over: drains      otherwise: kills the new one and serves on
///        Successor.release  ──the channel's end────▶ Predecessor.awaitRelease: the admin endpoint's address is free
/// ```
///
/// **Threads**: one thread at a time uses an object; any may call [dev.polyserve.linux.restart.RestartSuccessor#cancel].
///
/// **Depends on** the sockets and processes of this module, its system calls, and the self-signed certificate of `tls`.
@NullMarked
package dev.polyserve.linux.restart;

import org.jspecify.annotations.NullMarked;
