package dev.polyserve.linux.ring;

import dev.polyserve.Endpoint;
import dev.polyserve.io.ListenQueueOverflows;
import dev.polyserve.io.Listener;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.linux.socket.DescriptorListener;
import dev.polyserve.linux.socket.DescriptorSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// A listener that the ring watches by polls; the ring serves its connections.
///
/// **Thread**: as [Listener].
final class RingPolledListener implements Listener, ListenQueueOverflows {
    private final DescriptorListener listener;

    RingPolledListener(DescriptorListener listener) {
        this.listener = listener;
    }

    DescriptorListener watched() {
        return listener;
    }

    @Override
    public @Nullable StreamSocket accept() throws IOException {
        DescriptorSocket accepted = listener.accept();
        return accepted == null ? null : new RingSocket(accepted);
    }

    @Override
    public Endpoint endpoint() {
        return listener.endpoint();
    }

    @Override
    public SocketAddress address() {
        return listener.address();
    }

    @Override
    public OptionalLong overflows() {
        return listener.overflows();
    }

    @Override
    public boolean isOpen() {
        return listener.isOpen();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
