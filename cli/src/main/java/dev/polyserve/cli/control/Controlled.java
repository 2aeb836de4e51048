package dev.polyserve.cli.control;

import dev.polyserve.DrainReport;
import dev.polyserve.Server;
import java.io.IOException;

/// What of a running server can be steered from outside.
///
/// **Thread**: any.
public interface Controlled {
    /// The server.
    Server server();

    /// What it serves.
    String service();

    /// How many programs it has taken over from, one after the other.
    int generation();

    /// Lets it come to its end, as TERM does, and waits for that.
    DrainReport drain() throws InterruptedException;

    /// Starts a new program in its place, and waits until that serves.
    ///
    /// @return one sentence about it
    /// @throws IOException saying why it does not, and that this one serves on
    String restart() throws IOException;
}
