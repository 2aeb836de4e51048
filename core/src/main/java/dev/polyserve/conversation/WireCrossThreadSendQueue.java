package dev.polyserve.conversation;

import dev.polyserve.Cause;
import dev.polyserve.Limit;
import dev.polyserve.coroutine.carrier.CarrierThread;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// The sender queue of a connection on a [Wire]. The owner may be waiting, in a read or in its handler, so a task
/// beside the owner sends while there is something to send. The lock keeps each message, and each flush of the owner,
/// in one piece. It is held during the wait for the peer, so other threads queue for it: the owner and the task may
/// wait for it, and an event loop never takes it.
///
/// The system reports a reset to one call only. If that call is the task's write, the owner's read returns the end, as
/// after a whole request. So the task settles the loss before it releases the lock, and the owner takes the lock before
/// it believes in the end.
final class WireCrossThreadSendQueue extends CrossThreadSendQueue {
    /// How long a write that waits for a peer with a closed output delays the end of input; after a reset, the write
    /// returns at once.
    private static final long WRITE_RETURNS_MILLIS = 1000;

    private final ConversationDriver control;
    private final Wire wire;
    private final HandlerBorder border;
    private final ReentrantLock output = new ReentrantLock();
    private final AtomicBoolean sending = new AtomicBoolean();
    /// Whether the owner reads the peer's last bytes, and finds its end, though the peer reads no more.
    private final boolean ownerReads;
    private volatile boolean outputEnded;

    /// @param border the owner's
    /// @param ownerReads whether a peer that reads no more is left to the owner: a protocol may wait for nothing but messages
    ///     of senders
    WireCrossThreadSendQueue(BufferedConversation conversation, Wire wire, HandlerBorder border, boolean ownerReads) {
        super(conversation);
        this.control = conversation.control;
        this.wire = wire;
        this.border = border;
        this.ownerReads = ownerReads;
        var _ = conversation.progress(); // made now, so that what is sent later needs no memory for it
    }

    @Override
    void wake() {
        if (sending.compareAndSet(false, true)) {
            try {
                control.runSender(this::sendQueued);
            } catch (RuntimeException | Error e) {
                // No thread is available now: the next message tries again.
                sending.set(false);
                throw e;
            }
        }
    }

    /// Sends the owner's own bytes. **Thread**: the owner.
    void write(ByteBuffer bytes) throws IOException {
        lockOutput();
        try {
            wire.write(bytes, true);
        } finally {
            output.unlock();
        }
    }

    /// Ends the output, once, after the accepted messages; nothing more is accepted. A second call has no effect.
    /// **Thread**: the owner.
    void endOutput() throws IOException {
        waiting(() -> endOutputNow(true));
    }

    /// @param acknowledged as for [Wire#endOutput]
    private void endOutputNow(boolean acknowledged) throws IOException {
        seal();
        lockOutput();
        try {
            if (!outputEnded) {
                sendAll();
                outputEnded = true;
                wire.endOutput(acknowledged);
            }
        } finally {
            output.unlock();
        }
    }

    /// Evaluates the question while no sender writes; false while one does. **Thread**: the owner.
    boolean whileNotWriting(BooleanSupplier question) {
        if (!output.tryLock()) {
            return false;
        }
        try {
            return question.getAsBoolean();
        } finally {
            output.unlock();
        }
    }

    /// Whether the output was ended. **Thread**: any.
    boolean outputEnded() {
        return outputEnded;
    }

    /// Accepts nothing more and sends what is left. **Thread**: the owner.
    void finish() throws IOException {
        seal();
        waiting(this::sendAllNow);
    }

    /// Counts the wait for the lock as a wait for the peer: the sender that holds the lock may be stalled.
    private void waiting(Step step) throws IOException {
        conversation.waitsFor(Limit.WRITE_STALL);
        try {
            step.run();
        } finally {
            conversation.waited();
        }
    }

    private void sendQueued() {
        do {
            try {
                sendBesideTheOwner();
            } catch (IOException e) {
                if (isLoss(e)) {
                    conversation.settle(lossOf(e));
                    conversation.shutdown();
                } else {
                    outputEnded = true;
                }
                discard();
            } finally {
                sending.set(false);
            }
        } while (hasMore() && conversation.cause() == null && sending.compareAndSet(false, true));
        if (closesNow() && conversation.cause() == null) {
            conversation.cutInput(false);
        }
    }

    private void sendBesideTheOwner() throws IOException {
        lockOutput();
        try {
            sendAll();
            if (endsNow()) {
                endOutputNow(false);
            }
        } catch (IOException e) {
            if (isLoss(e)) {
                // Before the lock is released: the owner may be waiting for it with the end of input.
                conversation.settle(lossOf(e));
            }
            throw e;
        } finally {
            output.unlock();
        }
    }

    /// Whether the whole connection is lost, and not its output only.
    private boolean isLoss(IOException e) {
        return !ownerReads || !(e instanceof BrokenPipeException);
    }

    private static Cause lossOf(IOException e) {
        return new Cause.PeerReset(String.valueOf(e.getMessage()));
    }

    /// Waits for a write in progress, whose loss the end of input may be; not if the server has cut the input. **Thread**:
    /// the owner, which has read the end.
    void awaitWrite() {
        if (output.tryLock()) {
            output.unlock();
        } else if (!conversation.inputCut() && mayWait()) {
            try {
                if (output.tryLock(WRITE_RETURNS_MILLIS, TimeUnit.MILLISECONDS)) {
                    output.unlock();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Includes a requested end of the output: while this task sends, the request starts no other task.
    private boolean hasMore() {
        return !isEmpty() || (endsNow() && !outputEnded);
    }

    private void sendAllNow() throws IOException {
        lockOutput();
        try {
            sendAll();
        } finally {
            output.unlock();
        }
    }

    private void lockOutput() throws IOException {
        if (!output.tryLock()) {
            if (!mayWait()) {
                throw new PinnedWaitException(CarrierThread.refusal("the connection's handler"));
            }
            output.lock();
        }
    }

    /// Whether the caller may wait; a pinned owner may once its loop is handed off.
    private boolean mayWait() {
        return CarrierThread.canUnmount() || border.mayBlock();
    }

    private void sendAll() throws IOException {
        for (ByteBuffer message; (message = poll()) != null;) {
            int end = message.limit();
            try {
                sendPieces(message, end);
            } finally {
                left(end);
            }
        }
    }

    private void sendPieces(ByteBuffer message, int end) throws IOException {
        while (message.position() < end) {
            int before = message.position();
            message.limit(Math.min(end, before + Wire.WRITE_PIECE_BYTES));
            try {
                wire.write(message, true);
            } finally {
                conversation.countOut(message.position() - before);
            }
            conversation.touch();
        }
    }

    /// A step that may wait for the peer.
    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }
}
