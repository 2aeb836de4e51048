package dev.polyserve.pool;

import dev.polyserve.Connection;
import dev.polyserve.ConnectionException;
import dev.polyserve.Cause;
import dev.polyserve.Sender;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One connection of a [MultiplexedClient]: a virtual thread connects, and reads the answers until the end.
///
/// ```
///   begin ─▶ connect ─▶ open ─▶ answers … ─▶ over: all requests that have no answer fail, once each
///               └─ fails ─────────────────────▲
/// ```
///
/// **Thread**: [#run] its own; the fields are guarded by the lock of the client.
///
/// @param <M> the type of the messages
/// @param <I> the type of their ids
final class MultiplexedConnection<M, I> implements Runnable {
    private final MultiplexedClient<M, I> client;
    private final Thread thread;
    /// The requests without an answer, also those whose callers wait no more.
    final Map<I, PendingAnswer<M>> requests = new HashMap<>();
    /// Null until it is connected.
    volatile @Nullable Sender sender;
    int expired;

    MultiplexedConnection(MultiplexedClient<M, I> client) {
        this.client = client;
        this.thread = Thread.ofVirtual().name("polyserve-multiplexed").unstarted(this);
    }

    void begin() {
        thread.start();
    }

    /// Ends it soon. **Thread**: any.
    void end() {
        Sender connected = sender;
        if (connected == null) {
            thread.interrupt();
        } else {
            connected.close();
        }
    }

    @Override
    public void run() {
        IOException why = new ConnectionException(new Cause.Done(true));
        try (Connection connection = client.connect()) {
            if (client.opened(this, connection.sender())) {
                read(connection);
            }
        } catch (IOException e) {
            why = e;
        } catch (RuntimeException | Error e) { // of the codec, or of the function of ids
            why = new IOException("a message cannot be understood: " + e, e);
            throw e;
        } finally {
            client.over(this, why);
        }
    }

    private void read(Connection connection) throws IOException {
        for (M message; (message = connection.read(client.codec())) != null;) {
            client.answered(this, message);
        }
    }
}
