/// The recording of what each connection of a server does: turns, reads, writes and waits, with the thread of each. It is
/// off unless one of the server's listeners is a [dev.polyserve.record.ConnectionRecorder].
///
/// **Threads**: events come on the threads of the connections; one thread takes them out of the buffer.
///
/// **Depends on** the public interface and the carrier threads of `coroutine`.
@NullMarked
package dev.polyserve.record;

import org.jspecify.annotations.NullMarked;
