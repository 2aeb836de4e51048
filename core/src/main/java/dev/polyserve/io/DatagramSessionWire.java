package dev.polyserve.io;

import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.DatagramWire;
import dev.polyserve.conversation.HandlerBorder;
import dev.polyserve.conversation.InputBuffer;
import dev.polyserve.conversation.InputBufferProvider;
import dev.polyserve.conversation.PinnedWaitException;
import dev.polyserve.conversation.ReadinessAtDeadline;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.coroutine.carrier.CarrierThread;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;

/// The wire of a handler of one session of datagrams: a read without a datagram parks the handler's thread, and the port's
/// loop unparks it.
///
/// ```
///   read ─▶ next datagram ─▶ bytes
///            └─ none ─▶ park ─▶ (port: offer, or another thread: cutInput, shutdown) ─▶ look again
/// ```
///
/// **Thread**: as [DatagramWire].
public class DatagramSessionWire extends DatagramWire {
    /// After how many datagrams without a wait the handler lets others run.
    private static final int DATAGRAMS_PER_TURN = 64;

    private final DatagramSession session;
    private volatile boolean over;
    private volatile boolean cut;
    private int withoutWait;

    /// Creates the wire of a session, for a thread that belongs to its handler.
    public DatagramSessionWire(DatagramSession session) {
        this.session = session;
    }

    /// The border between the library and the handler that uses this wire.
    public HandlerBorder border() {
        return HandlerBorder.NONE;
    }

    /// Lets others run that share the handler's thread, if there are any.
    protected void yieldsToOthers() {
        // The system, or the JDK, shares the processors.
    }

    @Override
    public final int read(InputBufferProvider into, long atMostNanos) throws IOException {
        int bytes = next();
        if (bytes == DatagramSession.NONE) {
            into.idles();
            withoutWait = 0;
            bytes = await(atMostNanos);
        } else if (++withoutWait >= DATAGRAMS_PER_TURN) {
            withoutWait = 0;
            yieldsToOthers();
        }
        if (bytes < 0) {
            return bytes;
        }
        InputBuffer buffer = into.input();
        session.take(buffer.room(bytes));
        buffer.receivedDatagram(bytes);
        return bytes;
    }

    /// The length of the next datagram, [#END] when there will be none, or [DatagramSession#NONE].
    private int next() {
        return over || cut ? END : session.nextBytes();
    }

    /// Waits for the next datagram.
    ///
    /// @return its length, [#END] or [#TIMED_OUT]
    private int await(long atMostNanos) throws IOException {
        long begin = System.nanoTime();
        session.awaitedBy(Thread.currentThread());
        try {
            int bytes;
            while ((bytes = next()) == DatagramSession.NONE) {
                if (atMostNanos >= ServerContext.FOREVER_NANOS) {
                    requireMayWait(CarrierThread.park(this));
                } else {
                    long left = atMostNanos - (System.nanoTime() - begin);
                    if (left <= 0) {
                        return TIMED_OUT;
                    }
                    requireMayWait(CarrierThread.parkNanos(this, left));
                }
                refuseInterrupt();
            }
            return bytes;
        } finally {
            session.awaitedBy(null);
        }
    }

    /// Ends the session if its handler is pinned to a thread that it may not block, because the wait would never succeed.
    private void requireMayWait(boolean mayWait) throws IOException {
        if (!mayWait && !over && !border().mayBlock()) {
            shutdown();
            throw new PinnedWaitException(CarrierThread.refusal("the handler of a session"));
        }
    }

    /// Ends the session if the wait is interrupted, as the JDK's channels do.
    private void refuseInterrupt() throws IOException {
        if (Thread.currentThread().isInterrupted() && !over) {
            shutdown();
            throw new ClosedByInterruptException();
        }
    }

    @Override
    public final void write(ByteBuffer bytes, boolean waits) throws IOException {
        if (over) {
            throw new ClosedChannelException();
        }
        session.send(bytes);
    }

    @Override
    public final void endOutput(boolean acknowledged) {
        // Datagrams have no end.
    }

    @Override
    public final void close(boolean unread) {
        session.close();
    }

    @Override
    public final ReadinessAtDeadline pending(boolean toWrite) {
        boolean readable = !toWrite && session.nextBytes() != DatagramSession.NONE;
        return readable ? ReadinessAtDeadline.YES : ReadinessAtDeadline.NO;
    }

    @Override
    public final void cutInput() {
        cut = true;
        session.wake();
    }

    @Override
    public final void shutdown() {
        over = true;
        session.wake();
    }

    @Override
    public final void runSender(Runnable task) {
        Thread.ofVirtual().name("polyserve-sender").start(task);
    }

    @Override
    public BufferPool pool() {
        return BufferPool.UNPOOLED;
    }
}
