/// Coroutines on virtual threads: generators, greenlets, and a hub whose tasks run cooperatively on one thread.
///
/// ```
///   Generator, Greenlet ─▶ Coroutine ─┐
///   Hub ─▶ HubCore ─▶ Task ─▶ Strand ─┴▶ Carrier
///           └▶ Ground (HubLoop, or a loop that HubHost makes one for)
/// ```
///
/// [dev.polyserve.coroutine.Carrier] is the one class that lends a thread as the carrier of virtual threads, where the JDK allows it;
/// all else runs without it, too, slower, and says which of the two it is.
///
/// **Threads**: as each type says. Of those that belong together one runs at a time.
///
/// **Depends on** the JDK only.
@NullMarked
package dev.polyserve.coroutine;

import org.jspecify.annotations.NullMarked;
