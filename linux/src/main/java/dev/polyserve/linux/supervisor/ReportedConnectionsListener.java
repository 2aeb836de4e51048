package dev.polyserve.linux.supervisor;

import dev.polyserve.Endpoint;
import dev.polyserve.coroutine.queue.OutOfMemorySafeQueue;
import dev.polyserve.io.ListenQueueOverflows;
import dev.polyserve.io.Listener;
import dev.polyserve.io.StreamSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// The supervisor's listener for connections that its workers have accepted and reported.
///
/// It outlives the real listener, because a worker may report a connection that it accepted just before it read the
/// command to stop.
///
/// **Thread**: the supervisor's loop, except [#overflows].
final class ReportedConnectionsListener implements Listener, ListenQueueOverflows {
    private final Listener real;
    private final OutOfMemorySafeQueue<StreamSocket> waiting = new OutOfMemorySafeQueue<>();
    private boolean open = true;

    ReportedConnectionsListener(Listener real) {
        this.real = real;
    }

    /// Adds a connection that a worker has accepted; [SupervisorMultiplexer#handed] announces it.
    void hand(StreamSocket connection) {
        waiting.add(connection);
    }

    @Override
    public @Nullable StreamSocket accept() {
        return waiting.poll();
    }

    @Override
    public boolean acceptedElsewhere() {
        return true;
    }

    @Override
    public Endpoint endpoint() {
        return real.endpoint();
    }

    @Override
    public SocketAddress address() {
        return real.address();
    }

    @Override
    public OptionalLong overflows() {
        return ListenQueueOverflows.overflows(real);
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    /// Closes this process's copy of the real listener, so that it does not keep the address. Connections that workers
    /// accepted there are still taken.
    void closeReal() throws IOException {
        real.close();
    }

    @Override
    public void close() throws IOException {
        open = false;
        real.close();
    }
}
