/// Tests for handlers and for models.
///
/// - [dev.polyserve.conformance.Rehearsal] runs a user's [dev.polyserve.Handler] or [dev.polyserve.Protocol] in memory, with a
///   scripted peer and a clock moved by hand: no sockets, no threads, no waiting.
/// - [dev.polyserve.conformance.StreamContract] and [dev.polyserve.conformance.DatagramContract] are the contract that every
///   model keeps, as JUnit tests: a model joins them by one line.
///
/// **Threads**: a rehearsal runs on the thread that calls it; the contract's tests start servers and clients of their own.
///
/// **Depends on** the public interface, on `conversation` for the rehearsals, and on JUnit.
@NullMarked
package dev.polyserve.conformance;

import org.jspecify.annotations.NullMarked;
