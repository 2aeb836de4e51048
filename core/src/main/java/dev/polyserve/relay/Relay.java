package dev.polyserve.relay;

import dev.polyserve.Connection;
import dev.polyserve.spi.RelayableConnection;
import java.io.IOException;

/// Copies bytes both ways between two connections, as a proxy does:
///
/// ```java
/// Server.at("tcp://127.0.0.1:8888").handle(client -> {
///     try (Connection upstream = client.connect("tcp://10.0.0.5:5432")) {
///         Relay.between(client, upstream);
///     }
/// });
/// ```
///
/// On an event loop one coroutine waits for both sides, without a thread, a queue or a wake-up between them, and holds memory
/// only for bytes that a peer does not take. Under the other models a second thread, a virtual one, copies the way back.
public final class Relay {
    private Relay() {}

    /// Copies until both sides have ended. The end of one side ends the output of the other, which may go on sending. What was
    /// read in advance or collected goes first.
    ///
    /// Each connection keeps its time limits: a wait for input is renewed by a byte in either direction.
    ///
    /// **Thread**: the owner of both connections.
    ///
    /// @return how many bytes were copied
    /// @throws dev.polyserve.ConnectionException when one side was reset, or a limit or the server's stop has ended it; the
    ///         other one is reset then
    /// @throws IllegalArgumentException when the two are one
    public static RelayedBytes between(Connection first, Connection second) throws IOException, InterruptedException {
        if (first.equals(second)) {
            throw new IllegalArgumentException("a relay takes two connections, and these are one: " + first.info());
        }
        RelayedBytes before = sent(first, second);
        if (!(first instanceof RelayableConnection relayable) || !relayable.relays(second)) {
            return new ThreadedRelay(first, second).run();
        }
        RelayedBytes after = sent(first, second);
        return new RelayedBytes(after.toSecond() - before.toSecond(), after.toFirst() - before.toFirst());
    }

    private static RelayedBytes sent(Connection first, Connection second) {
        return new RelayedBytes(second.info().bytesOut(), first.info().bytesOut());
    }
}
