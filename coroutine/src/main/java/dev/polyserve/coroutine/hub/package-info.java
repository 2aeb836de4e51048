/// A hub: cooperative tasks on one thread, with timers, groups, pools and time limits.
///
/// ```
///   Hub ─▶ HubCore ─▶ Task ─▶ TaskThread ─▶ carrier.Carrier
///           └▶ HubScheduler: HubLoop, or the event loop that an EmbeddedHub serves
/// ```
///
/// **Threads**: of the tasks of a hub one runs at a time.
///
/// **Depends on** `carrier`, `queue` and the JDK.
@NullMarked
package dev.polyserve.coroutine.hub;

import org.jspecify.annotations.NullMarked;
