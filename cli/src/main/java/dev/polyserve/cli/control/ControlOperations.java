package dev.polyserve.cli.control;

import dev.polyserve.DrainReport;
import dev.polyserve.Server;
import java.io.IOException;

/// The operations of a running server that the control socket offers.
///
/// **Thread**: any.
public interface ControlOperations {
    Server server();

    String service();

    /// The number of hot restarts before this program.
    int generation();

    /// Drains the server, as TERM does, and waits until it has ended.
    DrainReport drain() throws InterruptedException;

    /// Starts a new program in place of this one, and waits until it has taken over.
    ///
    /// @return the result in one sentence
    /// @throws IOException when the restart fails or is refused, with the reason
    String restart() throws IOException;
}
