/// The events that a server writes into recordings of JDK Flight Recorder. All are off unless a recording enables them.
///
/// While no recorder is initialised, no class of an event is loaded; when one is, they are loaded beside the event loops. While
/// no recording wants an event, none is created.
///
/// **Threads**: any; an event belongs to the thread that commits it.
///
/// **Depends on** the public interface, and on how addresses are shown.
@NullMarked
package dev.polyserve.jfr;

import org.jspecify.annotations.NullMarked;
