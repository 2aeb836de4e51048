package dev.polyserve.comparison.part;

import dev.polyserve.io.StreamSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/// A socket in memory: input is available on demand, and every write succeeds completely.
///
/// **Thread**: the loop's, except for [#written].
final class MemorySocket implements StreamSocket {
    private final byte[] request;
    private boolean arrived;
    private long written;

    MemorySocket(int requestBytes) {
        request = new byte[requestBytes];
    }

    /// Makes a request available.
    void arrives() {
        arrived = true;
    }

    /// The number of bytes written; to be read between turns, see [MemoryMultiplexer#turns].
    long written() {
        return written;
    }

    @Override
    public int read(ByteBuffer into) {
        if (!arrived) {
            return 0;
        }
        if (into.remaining() < request.length) {
            throw new IllegalStateException("the request does not fit the buffer of " + into.remaining() + " bytes");
        }
        arrived = false;
        into.put(request);
        return request.length;
    }

    @Override
    public int write(ByteBuffer bytes) {
        int count = bytes.remaining();
        bytes.position(bytes.limit());
        written += count;
        return count;
    }

    @Override
    public int readWithin(ByteBuffer into, long atMostNanos) {
        throw new UnsupportedOperationException("a loop's socket does not wait");
    }

    @Override
    public void blocking(boolean waits) {}

    @Override
    public void endOutput() {}

    @Override
    public void cutInput() {}

    @Override
    public void shutdown() {}

    @Override
    public void drainAndClose() {}

    @Override
    public void close() {}

    @Override
    public SocketAddress peer() {
        return InetSocketAddress.createUnresolved("peer", 1);
    }

    @Override
    public SocketAddress local() {
        return InetSocketAddress.createUnresolved("local", 1);
    }
}
