/// What the system says of the processes of this machine, and which ports are free for their listeners.
///
/// **Threads**: everything here may be used from any thread.
///
/// **May use**: the JDK.
@NullMarked
package dev.polyserve.bench.process;

import org.jspecify.annotations.NullMarked;
