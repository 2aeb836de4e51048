/// Carrier threads: platform threads that run chosen virtual threads, where the JDK allows it.
///
/// [dev.polyserve.coroutine.carrier.Carrier] holds all reflection on the JDK's scheduler. Without the flag that opens
/// it, the same code runs on the JDK's default scheduler, more slowly; `Carrier.whyNot()` reports which applies.
///
/// **Depends on** the JDK only.
@NullMarked
package dev.polyserve.coroutine.carrier;

import org.jspecify.annotations.NullMarked;
