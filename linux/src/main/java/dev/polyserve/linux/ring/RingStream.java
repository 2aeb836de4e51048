package dev.polyserve.linux.ring;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.linux.socket.DescriptorSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/// The part of a connection on a ring that uses direct system calls, whether a ring watches it or not.
///
/// **Thread**: as [StreamSocket].
abstract sealed class RingStream extends RingHandle implements StreamSocket permits RingSocket {
    final DescriptorSocket direct;

    RingStream(DescriptorSocket direct) {
        this.direct = direct;
    }

    @Override
    public final int unacknowledged() throws IOException {
        return direct.unacknowledged();
    }

    @Override
    public final void endOutput() throws IOException {
        direct.endOutput();
    }

    @Override
    public final void cutInput() {
        direct.cutInput();
    }

    @Override
    public final void resetOnClose() {
        direct.resetOnClose();
    }

    @Override
    public final void shutdown() {
        direct.shutdown();
    }

    @Override
    public final void blocking(boolean waits) throws IOException {
        direct.blocking(waits);
    }

    @Override
    public final int readWithin(ByteBuffer into, long atMostNanos) throws IOException {
        return direct.readWithin(into, atMostNanos);
    }

    @Override
    public final SocketAddress peer() {
        return direct.peer();
    }

    @Override
    public final Optional<ConnectionInfo.Credentials> peerCredentials() {
        return direct.peerCredentials();
    }

    @Override
    public final SocketAddress local() {
        return direct.local();
    }
}
