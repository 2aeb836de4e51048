package dev.polyserve.io;

import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.InputBuffer;
import dev.polyserve.conversation.Pending;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.conversation.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;

/// The wire of a connection that has a thread, platform or virtual: it waits in the socket's own calls.
///
/// **Thread**: as [Wire].
public final class BlockingWire implements Wire {
    private final StreamSocket socket;

    /// A wire over a socket that waits.
    public BlockingWire(StreamSocket socket) {
        this.socket = socket;
    }

    @Override
    public int read(InputBuffer into, long atMostNanos) throws IOException {
        ByteBuffer room = into.room();
        int count = atMostNanos >= ServerContext.FOREVER_NANOS
                ? socket.read(room)
                : socket.readWithin(room, atMostNanos);
        if (count > 0) {
            into.received(count);
        }
        return count == StreamSocket.TIMED_OUT ? TIMED_OUT : count == StreamSocket.END ? END : count;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            socket.write(bytes);
        }
    }

    @Override
    public void endOutput() throws IOException {
        socket.endOutput();
    }

    @Override
    public Pending pending(boolean toWrite) {
        return socket.pending(toWrite);
    }

    @Override
    public void close(boolean unread) throws IOException {
        if (unread) {
            socket.drainAndClose();
        } else {
            socket.close();
        }
    }

    @Override
    public void shutdown() {
        socket.shutdown();
    }

    @Override
    public void cutInput() {
        socket.cutInput();
    }

    @Override
    public void beside(Runnable task) {
        Thread.ofVirtual().name("polyserve-sender").start(task);
    }

    @Override
    public BufferPool pool() {
        return BufferPool.UNPOOLED;
    }
}
