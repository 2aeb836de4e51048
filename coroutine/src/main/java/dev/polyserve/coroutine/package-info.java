/// Generators and greenlets: bodies that pause inside a call and resume there.
///
/// ```
///   Generator, Greenlet ─▶ Coroutine ─▶ carrier.Carrier
/// ```
///
/// A hub of cooperative tasks is in [dev.polyserve.coroutine.hub]. Both packages use [dev.polyserve.coroutine.carrier]
/// and not each other.
///
/// **Threads**: of a generator and its consumer, or of a family of greenlets, one runs at a time.
///
/// **Depends on** `carrier` and the JDK.
@NullMarked
package dev.polyserve.coroutine;

import org.jspecify.annotations.NullMarked;
