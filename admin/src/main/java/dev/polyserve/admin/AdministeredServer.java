package dev.polyserve.admin;

import dev.polyserve.DrainReport;
import dev.polyserve.Server;
import java.io.IOException;

/// The running server that an admin endpoint shows and controls. A program with more to do at the end than to stop its
/// server implements [#drain]; one that can replace itself implements [#restart].
///
/// **Thread**: any.
public interface AdministeredServer {
    /// The server.
    Server server();

    /// What it serves, for the page; empty: nothing is shown.
    default String service() {
        return "";
    }

    /// The number of hot restarts before this program.
    default int generation() {
        return 0;
    }

    /// Drains the server, and waits until it has ended.
    default DrainReport drain() throws InterruptedException {
        return server().drain();
    }

    /// Starts a new program in place of this one, and waits until it has taken over.
    ///
    /// @return the result in one sentence
    /// @throws IOException when the restart fails or is refused, with the reason
    default String restart() throws IOException {
        throw new IOException("this program cannot replace itself: stop it and start it again");
    }
}
