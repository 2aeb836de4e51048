package dev.polyserve.pool;

import dev.polyserve.ConnectionException;
import dev.polyserve.Cause;
import dev.polyserve.Sender;
import dev.polyserve.spi.PoolableConnection;
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
/// The requests fail before the connection is closed: a peer that reads nothing can hold up the close for as long as a stalled
/// write.
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
    /// Null until it is connected; set before the sender.
    private volatile @Nullable PoolableConnection connection;
    int expired;

    MultiplexedConnection(MultiplexedClient<M, I> client) {
        this.client = client;
        this.thread = Thread.ofVirtual().name("polyserve-multiplexed").unstarted(this);
    }

    void begin() {
        thread.start();
    }

    /// Ends it at once; what waits to be sent is discarded. **Thread**: any.
    void end() {
        PoolableConnection connected = connection;
        if (connected == null) {
            thread.interrupt();
        } else {
            connected.abort();
        }
    }

    @Override
    public void run() {
        IOException why = new ConnectionException(new Cause.Stopped());
        try (PoolableConnection connected = client.connect()) {
            connection = connected;
            serve(connected);
        } catch (IOException e) { // of the connect; when the close fails, no request is left
            why = e;
        } catch (RuntimeException | Error e) {
            why = new ConnectionException(new Cause.Failed(e));
            throw e;
        } finally {
            client.over(this, why);
        }
    }

    /// Reads until the end, at which the requests fail.
    private void serve(PoolableConnection connected) {
        IOException why = new ConnectionException(new Cause.Done(true));
        try {
            if (client.opened(this, connected.sender())) {
                read(connected);
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

    private void read(PoolableConnection connected) throws IOException {
        for (M message; (message = connected.read(client.codec())) != null;) {
            client.answered(this, message);
        }
    }
}
