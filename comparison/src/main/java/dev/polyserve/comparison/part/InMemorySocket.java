package dev.polyserve.comparison.part;

import dev.polyserve.conversation.AddressPair;
import dev.polyserve.io.BlockingSocket;
import dev.polyserve.io.SocketControl;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.io.PollableStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/// A socket in memory: input is available on demand, and every write succeeds completely.
///
/// **Thread**: the loop's, except for [#written].
final class InMemorySocket implements StreamSocket, PollableStream, SocketControl {
    private final byte[] request;
    private boolean arrived;
    private long written;

    InMemorySocket(int requestBytes) {
        request = new byte[requestBytes];
    }

    /// Makes a request available.
    void arrives() {
        arrived = true;
    }

    /// The number of bytes written; to be read between turns, see [InMemoryMultiplexer#turns].
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
    public SocketControl control() {
        return this;
    }

    @Override
    public StreamSocket unowned() {
        return this;
    }

    @Override
    public BlockingSocket waiting() {
        throw new UnsupportedOperationException("a loop's socket does not wait");
    }

    @Override
    public void blocking(boolean waits) {}

    @Override
    public boolean endOutput(boolean closes) {
        return true;
    }

    @Override
    public PollableStream source() {
        return this;
    }

    @Override
    public void shutdown() {}

    @Override
    public void close(boolean unread) {}

    @Override
    public AddressPair ends() {
        return AddressPair.of(InetSocketAddress.createUnresolved("peer", 1),
                InetSocketAddress.createUnresolved("local", 1));
    }
}
