/// A server of the lab, in a process of its own, which sends what it records to the lab.
///
/// **Threads**: those of the server's model, one that sends, and one that waits for the end of the lab.
///
/// **Depends on** the public interface, the recording of `core`, and the count of system calls of `linux`.
@NullMarked
package dev.polyserve.lab.server;

import org.jspecify.annotations.NullMarked;
