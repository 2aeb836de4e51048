package dev.polyserve.linux.ring;

import dev.polyserve.conversation.LimitException;
import dev.polyserve.conversation.ReadinessAtDeadline;
import dev.polyserve.io.ConnectableSocket;
import dev.polyserve.io.SocketControl;
import dev.polyserve.io.PollableStream;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.linux.socket.DescriptorSocket;
import dev.polyserve.linux.socket.EdgeReadiness;
import dev.polyserve.linux.system.SystemCallMemoryPool;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.linux.system.RingLayout;
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
final class RingSocket extends MultishotRingHandle implements StreamSocket, ConnectableSocket, PollableStream {
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
    /// The receive has ended, while the kernel may hold more bytes.
    private boolean paused;
    private boolean ended;
    /// Nothing was received since the last [StuckReceiveDetector].
    private boolean silent;
    /// Urgent data has held up a receive: the socket is polled and read directly from then on.
    private boolean polled;
    private Closing closing = Closing.NOT;

    RingSocket(DescriptorSocket direct) {
        this.direct = direct;
    }

    /// Joins the ring that watches it from now on.
    void joins(RingOperations itsOperations, SystemCallMemoryPool memories) {
        direct.joins(memories, EdgeReadiness.UNTRACKED);
        joins(itsOperations);
    }

    int number() {
        return direct.descriptor().number();
    }

    // --- connecting ---

    @Override
    public StreamSocket socket() {
        return this;
    }

    @Override
    public boolean connect() throws IOException {
        boolean connected = direct.connect();
        output.connecting(!connected);
        if (operations != null) {
            operations.due(this);
        }
        return connected;
    }

    @Override
    public boolean connectWithin(long atMostNanos, boolean goesOn) throws IOException {
        return direct.connectWithin(atMostNanos, goesOn);
    }

    // --- receiving ---

    @Override
    RingOperationKind multishot() {
        return RingOperationKind.RECEIVE;
    }

    @Override
    void submit() {
        if (closing != Closing.NOT || slot == 0) {
            return;
        }
        RingOperations itsOperations = requireOperations();
        boolean wanted = (interest() & Multiplexer.READ) != 0;
        if (wanted && !isActive() && !paused && !ended && receiveFailure == null && receiveQueue.ownBytes() == 0) {
            begins();
            if (polled) {
                itsOperations.pollInput(this, number());
            } else {
                itsOperations.receive(this, number());
            }
        }
        output.submit(this, number(), itsOperations);
    }

    @Override
    void completed(RingOperationKind operation, int result, int flags) {
        RingOperations itsOperations = requireOperations();
        switch (operation) {
            case RECEIVE -> received(result, flags);
            case SEND -> output.refused(this, itsOperations, result);
            case POLL -> polled(itsOperations);
            case NONE, WAKE, ACCEPT, RECEIVE_MESSAGES, CHECK ->
                throw new IllegalStateException(operation + " is not an operation of a connection");
        }
        itsOperations.enlist(this);
    }

    private void received(int result, int flags) {
        silent = false;
        if ((flags & RingLayout.CQE_F_BUFFER) != 0) {
            hold(flags >>> RingLayout.CQE_BUFFER_SHIFT, result);
        }
        if (ends(flags)) {
            receiveEnded(result);
        } else if (isToMove()) {
            cancel();
        }
    }

    private void receiveEnded(int result) {
        if (result == 0) {
            ended = true;
        } else if (result == -Errno.ENOBUFS) {
            paused = true;
            requireOperations().buffersRanOut();
        } else if (result == -Errno.ECANCELED || polled) {
            paused = true;
        } else if (result < 0 && result != -Errno.EAGAIN && result != -Errno.EINTR) {
            receiveFailure = NoMemoryException.failureOf("recv", result);
        }
        if (closing == Closing.NOT) {
            requireOperations().due(this);
        } else {
            finishClosing();
        }
    }

    /// Returns whether nothing was received since the last call.
    boolean takeSilence() {
        boolean before = silent;
        silent = true;
        return before;
    }

    /// Handles what a poll has found in a time without completions: the receive ends, and the owner reads directly.
    ///
    /// @param happened the events, of [PollDescriptors]; urgent data alone is nothing to read
    void found(int happened) {
        if (happened != PollDescriptors.PRI) {
            polled |= (happened & PollDescriptors.PRI) != 0;
            cancel();
        }
    }

    private void hold(int buffer, int count) {
        RingOperations itsOperations = requireOperations();
        if (count <= 0 || closing != Closing.NOT || receiveFailure != null) {
            itsOperations.buffers().giveBack(buffer);
            return;
        }
        if (receiveQueue.hold(itsOperations.buffers(), buffer, count)) {
            itsOperations.holds(this);
        }
    }

    /// Copies the held bytes to memory of its own, because all connections share the buffers.
    void copyHeld() {
        RingOperations itsOperations = requireOperations();
        try {
            receiveQueue.copyHeld(itsOperations.buffers(), itsOperations.budget());
        } catch (LimitException e) {
            giveUp(itsOperations, e);
        } catch (OutOfMemoryError e) {
            giveUp(itsOperations, NoMemoryException.UNREAD);
        }
        int most = (interest() & Multiplexer.READ) != 0 ? MOST_UNREAD_BYTES : MOST_UNWANTED_BYTES;
        if (receiveQueue.ownBytes() >= most) {
            cancel();
        }
    }

    /// Fails the connection for lack of memory. Every later read and write fails, and the connection holds nothing.
    private void giveUp(RingOperations itsOperations, IOException why) {
        receiveFailure = why;
        receiveQueue.clear(itsOperations.buffers(), itsOperations.budget());
        output.fail(why, itsOperations);
        cancel();
        itsOperations.enlist(this);
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        RingOperations itsOperations = operations;
        if (itsOperations == null) {
            return direct.read(into);
        }
        itsOperations.assertOwner();
        int count = receiveQueue.take(itsOperations.buffers(), into, itsOperations.budget());
        if (paused && into.hasRemaining()) {
            count += readPaused(into);
        }
        if (count > 0) {
            if (!isActive()) {
                itsOperations.due(this);
            }
            return count;
        }
        return into.hasRemaining() ? nothingLeft(itsOperations) : 0;
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

    /// Reports why no bytes are left. A failed send is a failure of the connection, which the receive may never report, unless
    /// the peer had ended before.
    ///
    /// @return 0 when more bytes may arrive
    private int nothingLeft(RingOperations itsOperations) throws IOException {
        if (receiveFailure != null) {
            throw NoMemoryException.toThrow(receiveFailure);
        }
        if (output.lost()) {
            output.throwIfFailed();
        }
        if (ended) {
            return END;
        }
        if (!isActive()) {
            itsOperations.due(this);
        }
        return 0;
    }

    // --- sending ---

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        if (operations == null) {
            return direct.write(bytes);
        }
        operations.assertOwner();
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

    private void polled(RingOperations itsOperations) {
        output.polled();
        if (closing == Closing.NOT) {
            itsOperations.due(this);
        } else {
            finishClosing();
        }
    }

    /// Settles the bytes that were submitted and not refused: they are sent.
    void settle() {
        if (output.settle() && (interest() & Multiplexer.WRITE) != 0) {
            requireOperations().enlist(this);
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
    public boolean endOutput(boolean closes) throws IOException {
        output.throwIfFailed();
        return output.idle() && direct.endOutput(closes);
    }

    @Override
    public SocketControl control() {
        return direct;
    }

    @Override
    public PollableStream source() {
        return this;
    }

    @Override
    public boolean confined() {
        return operations != null;
    }

    @Override
    int ready() {
        if (receiveFailure != null || output.lost()) {
            return interest();
        }
        boolean readable = ended || paused || !receiveQueue.isEmpty();
        return ((readable ? Multiplexer.READ : 0)
                | (output.idle() || output.failed() || output.isConnectDecided() ? Multiplexer.WRITE : 0)) & interest();
    }

    // --- ending ---

    @Override
    public ReadinessAtDeadline pending(boolean toWrite) {
        boolean held = !toWrite && (ended || !receiveQueue.isEmpty());
        return held ? ReadinessAtDeadline.YES : direct.pending(toWrite);
    }

    @Override
    public boolean peerGone() {
        return receiveFailure != null || output.lost() || direct.peerGone();
    }

    /// Stops watching. Later completions are discarded, but the slot is kept until the socket is closed.
    @Override
    void leave() {
        cancelOperations();
    }

    private void cancelOperations() {
        cancel();
        output.cancel(this, requireOperations());
    }

    @Override
    public void close(boolean unread) throws IOException {
        close(unread ? Closing.DRAINED : Closing.NOW);
    }

    private void close(Closing how) throws IOException {
        if (operations == null || slot == 0) {
            closeDirectly(how);
        } else {
            operations.assertOwner();
            if (closing == Closing.NOT) {
                closing = how;
            }
            // Again, when it has failed for lack of memory.
            cancelOperations();
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
        if (isActive() || output.busy() || slot == 0) {
            return;
        }
        RingOperations itsOperations = requireOperations();
        itsOperations.leave(this);
        releaseMemory(itsOperations);
        closeReleased();
    }

    private void releaseMemory(RingOperations itsOperations) {
        receiveQueue.clear(itsOperations.buffers(), itsOperations.budget());
        output.clear(itsOperations);
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
        releaseMemory(requireOperations());
        operations = null;
        if (closing != Closing.NOT) {
            closeReleased();
        }
    }
}
