package dev.polyserve.cli.services;

import java.io.IOException;
import java.nio.ByteBuffer;

/// The other side of a [Relay]: a server or a program.
///
/// **Thread**: one writes and another reads at the same time; [#close] any, which ends their waits.
interface Upstream {
    /// Writes all remaining bytes, waiting while the other side takes none.
    void write(ByteBuffer bytes) throws IOException;

    /// Tells the other side that nothing more follows.
    void endOutput() throws IOException;

    /// Nothing more is written, though the end was not told: what hears of it in no other way than by the end of its input is told now.
    void abandonOutput() throws IOException;

    /// Reads at least one byte, waiting for it.
    ///
    /// @return how many, or -1 at the end
    int read(ByteBuffer into) throws IOException;

    /// After its last byte: waits for its exit, if it is something that exits.
    ///
    /// @return whether it has exited, so that it reads nothing more
    boolean awaitExit() throws InterruptedException;

    /// Makes [#close] a reset, where there is one: what was passed on is not all, and the end must not look like one.
    void resetOnClose() throws IOException;

    /// Ends it.
    void close() throws IOException;

    /// A thread that may wait in the methods above without holding an event loop.
    Thread unstarted(String name, Runnable body);
}
