/// The service `proxy`: it chooses an upstream for each client, connects to it, and copies bytes both ways.
///
/// **Threads**: handlers choose and connect in their own thread. Each upstream may have one more, virtual thread that connects to
/// it now and then to see whether it is up. What they share has no locks.
///
/// **Depends on** the public interface of the library and its relays, and on `dev.polyserve.cli.text`.
@NullMarked
package dev.polyserve.cli.proxy;

import org.jspecify.annotations.NullMarked;
