package dev.polyserve.linux.socket;

import dev.polyserve.Endpoint;
import dev.polyserve.io.Listener;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.SystemCallMemoryPool;
import dev.polyserve.linux.system.DescriptorCalls;
import dev.polyserve.linux.system.SocketCalls;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Optional;
import java.util.Queue;
import java.util.function.UnaryOperator;
import dev.polyserve.conversation.AddressPair;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// A listener for connections that another process has accepted. [#take] queues a connection, and [#accept] returns it.
///
/// **Thread**: [#take] any; the rest as [Listener].
public final class ReceivedConnectionsListener extends AbstractPollableDescriptor implements Listener {
    private final Wakeup wakeup;
    private final Endpoint endpoint;
    private final SocketAddress address;
    private final Closing closing;
    private final Queue<StreamSocket> waiting = new ConcurrentLinkedQueue<>();

    /// An additional action on close.
    @FunctionalInterface
    public interface Closing {
        /// Runs the action.
        void close() throws IOException;
    }

    private ReceivedConnectionsListener(Wakeup wakeup, Endpoint endpoint, SocketAddress address, Closing closing) {
        super(wakeup.owned());
        this.wakeup = wakeup;
        this.endpoint = endpoint;
        this.address = address;
        this.closing = closing;
    }

    /// Creates a listener that represents this endpoint.
    public static ReceivedConnectionsListener open(Endpoint endpoint, SocketAddress address, Closing closing)
            throws IOException {
        return new ReceivedConnectionsListener(new Wakeup(SystemCallMemoryPool.shared()), endpoint, address, closing);
    }

    private void hand(StreamSocket connection) {
        waiting.add(connection);
        wakeup.signal();
    }

    /// Queues a connection, given as a descriptor; the listener owns it from then on.
    public void take(int accepted) throws IOException {
        take(accepted, real -> real);
    }

    /// Queues a connection, given as a descriptor; the listener owns it from then on.
    ///
    /// @param shown maps the addresses of the socket to those that the connection shows
    public void take(int accepted, UnaryOperator<AddressPair> shown) throws IOException {
        Descriptor owned = new Descriptor(accepted);
        SystemCallMemory memory = SystemCallMemoryPool.shared().take();
        try {
            SocketAddress local = DescriptorListener.local(memory, accepted);
            boolean known = SocketCalls.getPeerName(memory, accepted) >= 0;
            SocketAddress peer = known ? SocketCalls.lastAddress(memory) : DescriptorListener.UNKNOWN_PEER;
            var socket = new ReceivedConnectionSocket(accepted, peer, local, local instanceof UnixDomainSocketAddress
                    ? Optional.of(DescriptorListener.credentials(memory, accepted))
                    : Optional.empty(), shown);
            // One owner of the number: a socket that is already queued has to know when it is closed here.
            owned = socket;
            hand(socket);
        } catch (IOException | RuntimeException | Error e) {
            owned.close();
            throw e;
        } finally {
            SystemCallMemoryPool.shared().give(memory);
        }
    }

    @Override
    public @Nullable StreamSocket accept() {
        StreamSocket next = waiting.poll();
        if (next == null) {
            reset();
            next = waiting.poll();
            if (next != null) {
                // It was queued just before the reset, and so may others have been.
                wakeup.signal();
            }
        }
        return next;
    }

    /// Clears the readiness until the next connection.
    private void reset() {
        SystemCallMemory memory = memories.take();
        try {
            if (descriptor.tryBegin()) {
                try {
                    int before = readiness.state();
                    int unused = DescriptorCalls.eventfdReset(memory, descriptor.number());
                    assert unused != 0;
                    readiness.usedUp(EdgeReadiness.READ, before);
                } finally {
                    descriptor.end();
                }
            }
        } finally {
            memories.give(memory);
        }
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public SocketAddress address() {
        return address;
    }

    @Override
    public boolean isOpen() {
        return descriptor.isOpen();
    }

    @Override
    public void close() throws IOException {
        if (!descriptor.isOpen()) {
            return;
        }
        wakeup.close();
        for (StreamSocket never; (never = waiting.poll()) != null;) {
            never.close(false);
        }
        closing.close();
    }
}
