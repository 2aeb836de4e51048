package dev.polyserve.linux.ring;

import dev.polyserve.conversation.LimitException;
import dev.polyserve.conversation.ReadinessCheck;
import dev.polyserve.linux.socket.DescriptorSocket;
import dev.polyserve.linux.socket.Readiness;
import dev.polyserve.linux.system.CallMemoryPool;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.RingLayout;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/// A connection on a ring: one receive that goes on and on, and one send at a time. Before a ring watches it, and for what is
/// rare, it calls the system directly.
///
/// ```
///   receive: ordered ─▶ bytes held ─▶ read │ copied out at the turn's end ─▶ more than may wait ─▶ cancelled ─▶ paused
///   paused:  what waits is read ─▶ the kernel is read directly, until it has nothing more ─▶ ordered
///   close:   orders are cancelled ─▶ have ended ─▶ what is in the arena is submitted ─▶ closed
/// ```
///
/// What it holds beyond a turn counts in the server's budget of buffers; a connection for which the budget has no more fails with
/// that limit, and holds nothing from then on.
///
/// **Thread**: the loop's once it is watched, except [#shutdown] and [#cutInput].
final class RingSocket extends RingStream {
    /// So much may wait to be read by an owner that reads; then nothing more is received until it was read.
    private static final int MOST_UNREAD_BYTES = 64 << 10;
    /// The same for an owner that does not want to read now: little, so that a short pause costs no order.
    private static final int MOST_UNWANTED_BYTES = 16 << 10;

    private enum Closing {
        NOT, NOW, DRAINED
    }

    private final ReceiveQueue receiveQueue = new ReceiveQueue();
    private final RingOutput output = new RingOutput();
    private @Nullable IOException receiveFailure;
    private boolean receiving;
    private boolean cancelling;
    /// The receive has ended while the kernel may have more.
    private boolean paused;
    private boolean ended;
    private Closing closing = Closing.NOT;

    RingSocket(DescriptorSocket direct) {
        super(direct);
    }

    /// A ring watches it from now on.
    void joins(Operations itsOrders, CallMemoryPool memories) {
        direct.joins(memories, Readiness.UNTRACKED);
        joins(itsOrders);
    }

    private int number() {
        return direct.descriptor().number();
    }

    // --- receiving ---

    @Override
    void order() {
        if (closing != Closing.NOT || slot == 0) {
            return;
        }
        Operations itsOrders = requireOrders();
        boolean wanted = (interest() & Multiplexer.READ) != 0;
        if (wanted && !receiving && !paused && !ended && receiveFailure == null && receiveQueue.ownBytes() == 0) {
            receiving = true;
            itsOrders.receive(this, number());
        }
        output.order(this, number(), itsOrders);
    }

    @Override
    void completed(OperationKind operation, int result, int flags) {
        Operations itsOrders = requireOrders();
        switch (operation) {
            case RECEIVE -> received(result, flags);
            case SEND -> output.refused(this, itsOrders, result);
            case POLL -> polled(itsOrders);
            case NONE, WAKE, ACCEPT, RECEIVE_MESSAGES ->
                throw new IllegalStateException(operation + " is not an order of a connection");
        }
        itsOrders.enlist(this);
    }

    private void received(int result, int flags) {
        if ((flags & RingLayout.CQE_F_BUFFER) != 0) {
            hold(flags >>> RingLayout.CQE_BUFFER_SHIFT, result);
        }
        if ((flags & RingLayout.CQE_F_MORE) == 0) {
            receiving = false;
            cancelling = false;
            receiveEnded(result);
        }
    }

    private void receiveEnded(int result) {
        if (result == 0) {
            ended = true;
        } else if (result == -Errno.ENOBUFS) {
            paused = true;
            requireOrders().buffersRanOut();
        } else if (result == -Errno.ECANCELED) {
            paused = true;
        } else if (result < 0 && result != -Errno.EAGAIN && result != -Errno.EINTR) {
            receiveFailure = new SystemCallException("recv", result);
        }
        if (closing == Closing.NOT) {
            requireOrders().due(this);
        } else {
            finishClosing();
        }
    }

    private void hold(int buffer, int count) {
        Operations itsOrders = requireOrders();
        if (count <= 0 || closing != Closing.NOT || receiveFailure != null) {
            itsOrders.buffers().giveBack(buffer);
            return;
        }
        if (receiveQueue.hold(itsOrders.buffers(), buffer, count)) {
            itsOrders.holds(this);
        }
    }

    /// Copies what it holds to memory of its own: the buffers are everybody's.
    void copyHeld() {
        Operations itsOrders = requireOrders();
        try {
            receiveQueue.copyHeld(itsOrders.buffers(), itsOrders.budget());
        } catch (LimitException e) {
            giveUp(itsOrders, e);
        } catch (OutOfMemoryError e) {
            giveUp(itsOrders, new IOException("there is no memory for what was received and not read", e));
        }
        int most = (interest() & Multiplexer.READ) != 0 ? MOST_UNREAD_BYTES : MOST_UNWANTED_BYTES;
        if (receiveQueue.ownBytes() >= most) {
            cancelReceive(itsOrders);
        }
    }

    /// It needs memory that it cannot have: whatever its owner does next fails, and it holds nothing from now on.
    private void giveUp(Operations itsOrders, IOException why) {
        receiveFailure = why;
        receiveQueue.clear(itsOrders.buffers(), itsOrders.budget());
        output.fail(why, itsOrders);
        cancelReceive(itsOrders);
        itsOrders.enlist(this);
    }

    private void cancelReceive(Operations itsOrders) {
        if (receiving && !cancelling) {
            cancelling = true;
            itsOrders.cancel(this, OperationKind.RECEIVE);
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        Operations itsOrders = operations;
        if (itsOrders == null) {
            return direct.read(into);
        }
        int count = receiveQueue.take(itsOrders.buffers(), into, itsOrders.budget());
        if (paused && into.hasRemaining()) {
            count += readPaused(into);
        }
        if (count > 0) {
            if (!receiving) {
                itsOrders.due(this);
            }
            return count;
        }
        return into.hasRemaining() ? nothingLeft(itsOrders) : 0;
    }

    /// Only a read that finds nothing ends the pause: a short one may have been cut.
    ///
    /// @return how many bytes; an end or a failure is for the next read
    private int readPaused(ByteBuffer into) {
        try {
            int count = direct.read(into);
            paused = count > 0;
            ended = count == END;
            return Math.max(0, count);
        } catch (IOException e) {
            paused = false;
            receiveFailure = e;
            return 0;
        }
    }

    /// A send that has failed is a failure of the connection, and the receive may never tell it.
    ///
    /// @return 0 when more may come
    private int nothingLeft(Operations itsOrders) throws IOException {
        if (receiveFailure != null) {
            throw receiveFailure;
        }
        output.throwIfFailed();
        if (ended) {
            return END;
        }
        if (!receiving) {
            itsOrders.due(this);
        }
        return 0;
    }

    // --- sending ---

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        if (operations == null) {
            return direct.write(bytes);
        }
        if (closing != Closing.NOT) {
            // Its descriptor's number may be another connection's by now.
            throw new ClosedChannelException();
        }
        output.throwIfFailed();
        int before = bytes.remaining();
        if (before > 0 && output.idle()) {
            output.put(this, number(), operations, bytes);
        }
        return before - bytes.remaining();
    }

    private void polled(Operations itsOrders) {
        output.polled();
        if (closing == Closing.NOT) {
            itsOrders.due(this);
        } else {
            finishClosing();
        }
    }

    /// What was submitted and not refused is sent.
    void settle() {
        if (output.settle() && (interest() & Multiplexer.WRITE) != 0) {
            requireOrders().enlist(this);
        }
        if (closing != Closing.NOT) {
            finishClosing();
        }
    }

    /// Whether somebody waits until what is in the arena is sent.
    boolean awaitsSent() {
        return (interest() & Multiplexer.WRITE) != 0 || closing != Closing.NOT;
    }

    @Override
    public boolean sent() throws IOException {
        output.throwIfFailed();
        return output.idle();
    }

    @Override
    public boolean confined() {
        return operations != null;
    }

    @Override
    int ready() {
        if (receiveFailure != null || output.failed()) {
            return interest();
        }
        boolean readable = ended || paused || !receiveQueue.isEmpty();
        return ((readable ? Multiplexer.READ : 0) | (output.idle() ? Multiplexer.WRITE : 0)) & interest();
    }

    // --- ending ---

    @Override
    public ReadinessCheck pending(boolean toWrite) {
        boolean held = !toWrite && (ended || !receiveQueue.isEmpty());
        return held ? ReadinessCheck.YES : direct.pending(toWrite);
    }

    @Override
    public boolean peerGone() {
        return receiveFailure != null || output.failed() || direct.peerGone();
    }

    /// Nobody watches it: whatever comes is for nobody, but its place is kept until it is closed.
    @Override
    void leave() {
        cancelOrders();
    }

    private void cancelOrders() {
        Operations itsOrders = requireOrders();
        cancelReceive(itsOrders);
        output.cancel(this, itsOrders);
    }

    @Override
    public void close() throws IOException {
        close(Closing.NOW);
    }

    @Override
    public void drainAndClose() throws IOException {
        close(Closing.DRAINED);
    }

    private void close(Closing how) throws IOException {
        if (operations == null || slot == 0) {
            closeDirectly(how);
        } else if (closing == Closing.NOT) {
            closing = how;
            cancelOrders();
            finishClosing();
        }
    }

    private void closeDirectly(Closing how) throws IOException {
        switch (how) {
            case DRAINED -> direct.drainAndClose();
            case NOT, NOW -> direct.close();
        }
    }

    /// Closes it once none of its orders is under way.
    private void finishClosing() {
        if (receiving || output.busy() || slot == 0) {
            return;
        }
        Operations itsOrders = requireOrders();
        itsOrders.leave(this);
        releaseMemory(itsOrders);
        closeReleased();
    }

    private void releaseMemory(Operations itsOrders) {
        receiveQueue.clear(itsOrders.buffers(), itsOrders.budget());
        output.clear(itsOrders);
    }

    private void closeReleased() {
        try {
            closeDirectly(closing);
        } catch (IOException e) {
            direct.shutdown(); // the descriptor is released whatever close reports, and its owner has gone
        }
    }

    /// What had still to be ended is; what is still open calls the system directly.
    @Override
    void abandon() {
        releaseMemory(requireOrders());
        operations = null;
        if (closing != Closing.NOT) {
            closeReleased();
        }
    }
}
