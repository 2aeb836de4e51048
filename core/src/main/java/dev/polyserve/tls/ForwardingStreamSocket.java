package dev.polyserve.tls;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.conversation.AddressPair;
import dev.polyserve.io.BlockingSocket;
import dev.polyserve.io.PollableStream;
import dev.polyserve.io.SocketControl;
import dev.polyserve.io.StreamSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Optional;

/// A stream socket that forwards every operation to another one; a subclass changes the bytes (TLS). It is a
/// superclass, so that a connection has no object more.
///
/// **Thread**: as [StreamSocket].
abstract class ForwardingStreamSocket implements StreamSocket, SocketControl, BlockingSocket, AddressPair {
    final StreamSocket below;
    private final AddressPair ends;

    /// @param below the socket with the bytes of the kernel
    /// @param ends the addresses of the connection, which may not be those of that socket
    ForwardingStreamSocket(StreamSocket below, AddressPair ends) {
        this.below = below;
        this.ends = ends;
    }

    @Override
    public final SocketControl control() {
        return this;
    }

    @Override
    public final PollableStream source() {
        return below.source();
    }

    @Override
    public final AddressPair ends() {
        return this;
    }

    @Override
    public final StreamSocket unowned() {
        return below.control().unowned();
    }

    @Override
    public final SocketAddress peer() {
        return ends.peer();
    }

    @Override
    public final SocketAddress local() {
        return ends.local();
    }

    @Override
    public final Optional<ConnectionInfo.Credentials> peerCredentials() {
        return ends.peerCredentials();
    }

    @Override
    public final Optional<ConnectionInfo.Proxied> proxied() {
        return ends.proxied();
    }

    @Override
    public void blocking(boolean blocks) throws IOException {
        below.control().blocking(blocks);
    }

    @Override
    public final BlockingSocket waiting() {
        return this;
    }

    @Override
    public void cutInput() {
        below.control().waiting().cutInput();
    }

    @Override
    public final boolean awaitAcknowledged(long atMostNanos) throws IOException {
        return below.control().waiting().awaitAcknowledged(atMostNanos);
    }

    @Override
    public final int unacknowledged() throws IOException {
        return below.control().unacknowledged();
    }

    @Override
    public final void resetOnClose() {
        below.control().resetOnClose();
    }

    @Override
    public final void shutdown() {
        below.control().shutdown();
    }
}
