package dev.polyserve.io;

import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.InputBuffer;
import dev.polyserve.conversation.LingeringClose;
import dev.polyserve.conversation.ReadinessCheck;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.conversation.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/// The wire of a connection that has a thread, platform or virtual: it waits in the socket's own calls.
///
/// A thread that waits in a read is woken by ending the socket's input, after which the system resets the connection if anything arrives behind
/// our own end. So our end waits for our last bytes where the input was cut before, and the cut waits for them where our side was ended
/// before; meanwhile what is read is thrown away.
///
/// **Thread**: as [Wire].
public final class BlockingWire implements Wire {
    private static final int DISCARD_BYTES = 4 << 10;
    /// How often it is looked whether the connection was given up.
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final StreamSocket socket;
    private final ServerContext context;
    private volatile boolean outputEnded;
    private volatile boolean cut;
    private volatile boolean closed;
    private volatile boolean shut;

    /// A wire over a socket that waits.
    public BlockingWire(StreamSocket socket, ServerContext context) {
        this.socket = socket;
        this.context = context;
    }

    @Override
    public int read(InputBuffer into, long atMostNanos) throws IOException {
        while (true) {
            ByteBuffer room = into.room();
            int count = atMostNanos >= ServerContext.FOREVER_NANOS
                    ? socket.read(room)
                    : socket.readWithin(room, atMostNanos);
            if (count > 0 && !cut) {
                into.received(count);
            }
            if (count <= 0 || !cut) {
                return count == StreamSocket.TIMED_OUT ? TIMED_OUT : count == StreamSocket.END ? END : count;
            }
        }
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            socket.write(bytes);
        }
    }

    @Override
    public void endOutput() throws IOException {
        outputEnded = true;
        socket.endOutput();
    }

    /// The limit of this wait is the watcher's.
    @Override
    public void awaitAcknowledged() throws IOException {
        if (!outputEnded && (cut || socket.unacknowledged() == UNKNOWN)) {
            boolean over = false;
            while (!over && !shut) {
                over = socket.awaitAcknowledged(LOOK_NANOS);
            }
        }
    }

    @Override
    public int discard(long atMostNanos) throws IOException {
        ByteBuffer away = ByteBuffer.allocate(DISCARD_BYTES);
        socket.blocking(atMostNanos > 0);
        int count = atMostNanos > 0 ? socket.readWithin(away, atMostNanos) : socket.read(away);
        return count == StreamSocket.END ? END : Math.max(0, count);
    }

    @Override
    public int unacknowledged() throws IOException {
        return socket.unacknowledged();
    }

    @Override
    public ReadinessCheck pending(boolean toWrite) {
        return socket.pending(toWrite);
    }

    @Override
    public void close(boolean unread) throws IOException {
        closed = true;
        if (unread) {
            socket.drainAndClose();
        } else {
            socket.close();
        }
    }

    @Override
    public void resetOnClose() {
        socket.resetOnClose();
    }

    @Override
    public boolean peerGone() {
        return socket.peerGone();
    }

    @Override
    public void shutdown() {
        shut = true;
        socket.shutdown();
    }

    @Override
    public void cutInput() {
        cut = true;
        try {
            if (outputEnded && socket.unacknowledged() != 0) {
                Thread.ofVirtual().name("polyserve-cut").start(this::cutOnceAcknowledged);
                return;
            }
        } catch (IOException e) {
            // Nothing of ours can be on its way any more.
            assert outputEnded;
        }
        socket.cutInput();
    }

    /// The reader goes on until the peer ends its side, as it does when it has our end; at the latest until the limit.
    private void cutOnceAcknowledged() {
        LingeringClose lingering = new LingeringClose(context);
        try {
            long againNanos = lingering.lookAgainNanos(socket.unacknowledged());
            while (againNanos != LingeringClose.OVER && !closed && !shut) {
                TimeUnit.NANOSECONDS.sleep(againNanos);
                againNanos = lingering.lookAgainNanos(socket.unacknowledged());
            }
        } catch (IOException e) {
            // Closed or reset meanwhile, which its reader sees.
            assert outputEnded;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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
