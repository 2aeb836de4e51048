package dev.polyserve.io;

import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.ConnectingWire;
import dev.polyserve.conversation.ConversationDriver;
import dev.polyserve.conversation.HandlerHost;
import dev.polyserve.conversation.InputBuffer;
import dev.polyserve.conversation.InputBufferProvider;
import dev.polyserve.conversation.LingeringClose;
import dev.polyserve.conversation.ReadinessAtDeadline;
import dev.polyserve.conversation.ReusableWire;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.conversation.StartTlsWire;
import dev.polyserve.conversation.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The wire of a connection that has a thread, platform or virtual: it waits in the socket's own calls.
///
/// Ending the socket's input wakes a thread that waits in a read. From then on the system resets the connection if data
/// arrives after our own end. So the second of the two, the end of the output or the cut of the input, waits until our
/// bytes are acknowledged:
///
/// ```
///   OPEN ─cutInput─▶ CUT                                        endOutput waits, then ends
///    └─endOutput─▶ ENDED ─cutInput─▶ CUT_DUE ─acknowledged─▶ CUT
///                    └─discard─▶ LINGERING ◀─discard─┘          the owner waits in no read any more: nothing is cut
/// ```
///
/// **Thread**: as [Wire] and [ConversationDriver].
public final class BlockingWire implements Wire, StartTlsWire, ConnectingWire, ReusableWire, ConversationDriver {
    /// Which sides have ended, and in which order.
    private enum Sides {
        OPEN, CUT, ENDED, CUT_DUE, LINGERING
    }

    private static final int DISCARD_BYTES = 4 << 10;
    /// The interval of the checks whether the connection was aborted.
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final StreamSocket socket;
    private final SocketControl control;
    private final BlockingSocket waiting;
    private final ServerContext context;
    private final AtomicReference<Sides> sides = new AtomicReference<>(Sides.OPEN);
    /// Written by one writer at a time; the writer that ends the output sees all earlier updates.
    private long sentBytes;
    private volatile boolean closed;
    private volatile boolean shut;

    /// Creates a wire over a socket that waits.
    public BlockingWire(StreamSocket socket, ServerContext context) {
        this.socket = socket;
        this.control = socket.control();
        this.waiting = control.waiting();
        this.context = context;
    }

    @Override
    public boolean connect(long atMostNanos, boolean goesOn) throws IOException {
        if (!(socket instanceof ConnectableSocket connectable)) {
            throw new IllegalStateException("it was accepted, so it is connected: " + socket);
        }
        throwIfShut();
        return connectable.connectWithin(atMostNanos, goesOn);
    }

    @Override
    public int read(InputBufferProvider into, long atMostNanos) throws IOException {
        if (isCut()) {
            return END;
        }
        InputBuffer buffer = into.input();
        ByteBuffer room = buffer.room();
        int count = atMostNanos >= ServerContext.FOREVER_NANOS
                ? socket.read(room)
                : waiting.readWithin(room, atMostNanos);
        // Input after the cut is discarded.
        if (isCut() || count == StreamSocket.END) {
            return END;
        }
        if (count == BlockingSocket.TIMED_OUT) {
            return TIMED_OUT;
        }
        buffer.received(count);
        return count;
    }

    private boolean isCut() {
        return switch (sides.get()) {
            case CUT, CUT_DUE -> true;
            case OPEN, ENDED, LINGERING -> false;
        };
    }

    @Override
    public void write(ByteBuffer bytes, boolean waits) throws IOException {
        if (!waits) {
            return; // the socket's write might wait
        }
        sentBytes += bytes.remaining();
        while (bytes.hasRemaining()) {
            socket.write(bytes);
        }
    }

    @Override
    public @Nullable String whyNoTls() {
        return StartTlsSocket.whyNot(socket);
    }

    @Override
    public boolean startTls(Runnable begins, long atMostNanos) throws IOException {
        StartTlsSocket secured = (StartTlsSocket) socket;
        Thread owner = Thread.currentThread();
        AtomicBoolean room = new AtomicBoolean();
        Runnable whenRoom = () -> {
            room.set(true);
            LockSupport.unpark(owner);
        };
        boolean now = secured.startTls(whenRoom);
        try {
            if (!now && !awaitSet(room, atMostNanos)) {
                return false;
            }
            begins.run();
            for (StartTlsSocket.Need need; (need = secured.handshake()) != StartTlsSocket.Need.DONE;) {
                throwIfShut();
                if (need == StartTlsSocket.Need.TASK) {
                    secured.runTasks(); // this thread is the connection's own
                }
            }
            return true;
        } finally {
            secured.endHandshake(whenRoom);
        }
    }

    /// Waits until it is set, or the connection is over.
    ///
    /// @return whether it is set
    private boolean awaitSet(AtomicBoolean set, long atMostNanos) throws IOException {
        long begin = System.nanoTime();
        while (!set.get()) {
            throwIfShut();
            if (System.nanoTime() - begin >= atMostNanos) {
                return false;
            }
            LockSupport.parkNanos(this, LOOK_NANOS);
        }
        return true;
    }

    private void throwIfShut() throws ClosedChannelException {
        if (shut || isCut()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public void endOutput(boolean acknowledged) throws IOException {
        if (acknowledged && mayLoseBytes()) {
            awaitSocketAcknowledged();
        }
        if (!sides.compareAndSet(Sides.OPEN, Sides.ENDED) && sides.get() == Sides.CUT) {
            awaitSocketAcknowledged();
        }
        boolean ended = socket.endOutput(false);
        assert ended : "a socket that waits returns when its output is ended";
    }

    /// Whether a close soon after the end might destroy bytes, and the system would not report that.
    private boolean mayLoseBytes() throws IOException {
        return sentBytes > StreamSocket.FIRST_FLIGHT_BYTES && sides.get() == Sides.OPEN
                && control.unacknowledged() == UNKNOWN;
    }

    /// Waits until the socket's bytes are acknowledged; the [dev.polyserve.conversation.DeadlineMonitor] limits this
    /// wait.
    private void awaitSocketAcknowledged() throws IOException {
        boolean over = false;
        while (!over && !shut) {
            over = waiting.awaitAcknowledged(LOOK_NANOS);
        }
    }

    @Override
    public int discard(long atMostNanos) throws IOException {
        Sides _ = sides.updateAndGet(now -> switch (now) {
            case ENDED, CUT_DUE -> Sides.LINGERING;
            case OPEN, CUT, LINGERING -> now;
        });
        ByteBuffer away = ByteBuffer.allocate(DISCARD_BYTES);
        control.blocking(atMostNanos > 0);
        int count = atMostNanos > 0 ? waiting.readWithin(away, atMostNanos) : socket.read(away);
        return count == StreamSocket.END ? END : Math.max(0, count);
    }

    @Override
    public void ownedBy(@Nullable HandlerHost host) {
        assert host == null : "a thread owns it";
    }

    @Override
    public void endUnowned() {
        try {
            control.blocking(false);
            boolean _ = socket.endOutput(false);
        } catch (IOException e) {
            // The peer has ended it before; it is closed next.
            shut = true;
        }
    }

    @Override
    public boolean isSilent() throws IOException {
        if (shut || isCut()) {
            return false;
        }
        if (!socket.buffered() && pending(false) == ReadinessAtDeadline.NO) {
            return true;
        }
        control.blocking(false);
        try {
            return socket.read(ByteBuffer.allocate(DISCARD_BYTES)) == 0;
        } finally {
            control.blocking(true);
        }
    }

    @Override
    public int unacknowledged() throws IOException {
        return control.unacknowledged();
    }

    @Override
    public ReadinessAtDeadline pending(boolean toWrite) {
        return socket.source().pending(toWrite);
    }

    @Override
    public void close(boolean unread) throws IOException {
        closed = true;
        socket.close(unread);
    }

    @Override
    public void resetOnClose() {
        control.resetOnClose();
    }

    @Override
    public boolean peerGone() {
        return socket.source().peerGone();
    }

    @Override
    public void shutdown() {
        shut = true;
        control.shutdown();
    }

    @Override
    public void cutInput() {
        if (sides.compareAndSet(Sides.OPEN, Sides.CUT)) {
            waiting.cutInput();
        } else if (sides.compareAndSet(Sides.ENDED, Sides.CUT_DUE)) {
            Thread.ofVirtual().name("polyserve-cut").start(this::cutOnceAcknowledged);
        }
    }

    /// Cuts the input after the acknowledgement. The reader waits meanwhile; its read returns when the peer ends its
    /// side, which normally follows our end.
    private void cutOnceAcknowledged() {
        try {
            new LingeringClose(context).await(new WaitingReader(), () -> closed || shut);
        } catch (IOException e) {
            // Closed or reset meanwhile, which the reader detects.
            assert sides.get() != Sides.OPEN;
        }
        if (sides.compareAndSet(Sides.CUT_DUE, Sides.CUT)) {
            waiting.cutInput();
        }
    }

    @Override
    public void runSender(Runnable task) {
        Thread.ofVirtual().name("polyserve-sender").start(task);
    }

    @Override
    public BufferPool pool() {
        return BufferPool.UNPOOLED;
    }

    /// The peer of a connection while its reader still waits for input; the first input ends that wait.
    private final class WaitingReader implements LingeringClose.Peer {
        @Override
        public int discard(long atMostNanos) {
            if (atMostNanos > 0) {
                LockSupport.parkNanos(this, atMostNanos);
            }
            return sides.get() == Sides.CUT_DUE ? 0 : END;
        }

        @Override
        public int unacknowledged() throws IOException {
            return control.unacknowledged();
        }
    }
}
