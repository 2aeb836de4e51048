/// Tests for handlers and for models.
///
/// - [dev.polyserve.conformance.Rehearsal] runs a [dev.polyserve.Handler] or [dev.polyserve.Protocol] in memory, with a
///   scripted peer and a manual clock: no sockets, no threads, no waiting.
/// - [dev.polyserve.conformance.StreamContract] and [dev.polyserve.conformance.DatagramContract] are the contract of
///   all models as JUnit tests. One line adds a model.
///
/// **Threads**: a rehearsal runs on the thread that calls it; the contract's tests start servers and clients of their
/// own.
///
/// **Depends on** the public interface, on `conversation` for the rehearsals, and on JUnit.
@NullMarked
package dev.polyserve.conformance;

import org.jspecify.annotations.NullMarked;
