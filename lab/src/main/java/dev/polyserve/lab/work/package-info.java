/// What clients of the lab ask for, and the handler that does it: one line asks for an echo, for computing, for a sleep, for many
/// bytes, or for a crash.
///
/// **Threads**: those of the server's model; values for the rest.
///
/// **Depends on** the public interface, the recording of `core`, and the computing of `bench`.
@NullMarked
package dev.polyserve.lab.work;

import org.jspecify.annotations.NullMarked;
