package dev.polyserve.linux.ring;

import dev.polyserve.conversation.LimitException;
import dev.polyserve.conversation.ReadinessCheck;
import dev.polyserve.io.SocketControl;
import dev.polyserve.io.StreamSocket;
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

/// A connection on a ring: one multishot receive, and one send at a time. It calls the system directly before a ring
/// watches it, and for rare operations.
///
/// ```
///   receive: submitted ─▶ bytes held ─▶ read │ copied out at the turn's end ─▶ limit reached ─▶ cancelled ─▶ paused
///   paused:  the queue is read ─▶ the kernel is read directly, until it has no more ─▶ submitted
///   close:   operations are cancelled ─▶ have ended ─▶ the bytes in the arena are submitted ─▶ closed
/// ```
///
/// Bytes held beyond a turn count in the server's budget of buffers. When the budget is exhausted, the connection fails
/// with that limit, and holds nothing from then on.
///
/// **Thread**: the loop's once it is watched, except [#pending].
final class RingSocket extends RingHandle implements StreamSocket {
    /// The limit of unread bytes while the owner is reading; the receive pauses until they are read.
    private static final int MOST_UNREAD_BYTES = 64 << 10;
    /// The limit while the owner does not want to read; small, yet large enough that a short pause costs no operation.
    private static final int MOST_UNWANTED_BYTES = 16 << 10;

    private enum Closing {
        NOT, NOW, DRAINED
    }

    /// The same connection, without the ring.
    final DescriptorSocket direct;
    private final ReceiveQueue receiveQueue = new ReceiveQueue();
    private final RingOutput output = new RingOutput();
    private @Nullable IOException receiveFailure;
    private boolean receiving;
    private boolean cancelling;
    /// The receive has ended, while the kernel may hold more bytes.
    private boolean paused;
    private boolean ended;
    private Closing closing = Closing.NOT;

    RingSocket(DescriptorSocket direct) {
        this.direct = direct;
    }

    /// Joins the ring that watches it from now on.
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

    /// Copies the held bytes to memory of its own, because all connections share the buffers.
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

    /// Fails the connection for lack of memory. Every later read and write fails, and the connection holds nothing.
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

    /// Reads from the kernel during a pause. Only a read that finds nothing ends the pause: a short read may have been
    /// truncated.
    ///
    /// @return the number of bytes; the next read reports an end or a failure
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

    /// Reports why no bytes are left. A failed send is a failure of the connection, which the receive may never report.
    ///
    /// @return 0 when more bytes may arrive
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
            // The descriptor's number may already belong to another connection.
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

    /// Settles the bytes that were submitted and not refused: they are sent.
    void settle() {
        if (output.settle() && (interest() & Multiplexer.WRITE) != 0) {
            requireOrders().enlist(this);
        }
        if (closing != Closing.NOT) {
            finishClosing();
        }
    }

    /// Returns true when the owner waits for the bytes in the arena to be sent.
    boolean awaitsSent() {
        return (interest() & Multiplexer.WRITE) != 0 || closing != Closing.NOT;
    }

    @Override
    public boolean sent() throws IOException {
        output.throwIfFailed();
        return output.idle();
    }

    @Override
    public SocketControl control() {
        return direct;
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

    /// Stops watching. Later completions are discarded, but the slot is kept until the socket is closed.
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
    public void close(boolean unread) throws IOException {
        close(unread ? Closing.DRAINED : Closing.NOW);
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
            case DRAINED -> direct.close(true);
            case NOT, NOW -> direct.close(false);
        }
    }

    /// Closes the socket once no operation is in flight.
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
            direct.shutdown(); // close() releases the descriptor whatever it reports; its owner is gone
        }
    }

    /// Closes a socket that was closing; one that is still open calls the system directly from now on.
    @Override
    void abandon() {
        releaseMemory(requireOrders());
        operations = null;
        if (closing != Closing.NOT) {
            closeReleased();
        }
    }
}
