package dev.polyserve.linux.worker;

import dev.polyserve.Endpoint;
import dev.polyserve.io.Listener;
import dev.polyserve.io.StreamSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// What a server has in the place of a listener that its workers share: it gives what they have accepted and told.
///
/// It outlives the real one, because a worker may tell later whom it has accepted just before it heard of the end.
///
/// **Thread**: the supervisor's loop.
final class RemoteListener implements Listener {
    private final Listener real;
    private final Queue<StreamSocket> waiting = new ArrayDeque<>();
    private boolean open = true;

    RemoteListener(Listener real) {
        this.real = real;
    }

    /// A worker has accepted one more, which [SharedMultiplexer#handed] tells.
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
    public boolean isOpen() {
        return open;
    }

    /// Frees the address as far as this process has it; who was accepted there is still taken.
    void closeReal() throws IOException {
        real.close();
    }

    @Override
    public void close() throws IOException {
        open = false;
        real.close();
    }
}
