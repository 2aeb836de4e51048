package dev.polyserve.io;

import dev.polyserve.conversation.AddressPair;
import dev.polyserve.conversation.ReadinessAtDeadline;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A socket without a system below it: a test chooses its results, and sees the order of the calls that change it.
///
/// **Thread**: any.
public class ScriptedSocket implements StreamSocket, SocketControl, BlockingSocket, AddressPair, PollableStream {
    private static final SocketAddress NOWHERE = InetSocketAddress.createUnresolved("nowhere", 1);

    /// The names of the calls, in order.
    public final List<String> calls = new CopyOnWriteArrayList<>();
    /// What [#unacknowledged] returns.
    public volatile int unacknowledged;
    /// Whether the output can be ended.
    public volatile boolean sent = true;

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
        return this;
    }

    @Override
    public AddressPair ends() {
        return this;
    }

    @Override
    public void blocking(boolean waits) {
        // It never waits.
    }

    @Override
    public int read(ByteBuffer into) {
        return 0;
    }

    @Override
    public int readWithin(ByteBuffer into, long atMostNanos) {
        return TIMED_OUT;
    }

    @Override
    public int write(ByteBuffer bytes) {
        int count = bytes.remaining();
        bytes.position(bytes.limit());
        return count;
    }

    @Override
    public ReadinessAtDeadline pending(boolean toWrite) {
        return ReadinessAtDeadline.NO;
    }

    @Override
    public int unacknowledged() {
        return unacknowledged;
    }

    @Override
    public boolean awaitAcknowledged(long atMostNanos) {
        calls.add("awaitAcknowledged");
        return true;
    }

    @Override
    public boolean endOutput(boolean closes) {
        if (sent && !closes) {
            calls.add("endOutput");
        }
        return sent;
    }

    @Override
    public PollableStream source() {
        return this;
    }

    @Override
    public void cutInput() {
        calls.add("cutInput");
    }

    @Override
    public void shutdown() {
        calls.add("shutdown");
    }

    @Override
    public void close(boolean unread) {
        calls.add(unread ? "discard and close" : "close");
    }

    @Override
    public SocketAddress peer() {
        return NOWHERE;
    }

    @Override
    public SocketAddress local() {
        return NOWHERE;
    }
}
