package dev.polyserve.conversation;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionException;
import dev.polyserve.Limit;
import dev.polyserve.Sender;
import dev.polyserve.TimedOutException;
import dev.polyserve.coroutine.carrier.CarrierThread;
import dev.polyserve.coroutine.carrier.NonQueueingLock;
import dev.polyserve.text.PrintableAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The bounded queue of messages that other threads send to one connection, and the wake-up of its consumer.
///
/// ```
///   open ──end──▶ sealed, then our side ends ──close──▶ sealed, then the connection ends
///    ├──────────────────────close──────────────────────────▲
///    └──seal──▶ sealed
/// ```
///
/// A lock orders accepting and sealing: once the sender queue is sealed, an empty queue stays empty. Senders that wait
/// for room park. They are unparked without a lock, because event loops do it.
///
/// **Thread**: any may put; one at a time takes.
abstract class CrossThreadSendQueue implements Sender {
    /// What follows the last message at a sender's request.
    private enum Ending {
        NONE, OUTPUT, CONNECTION
    }

    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    final Conversation conversation;
    private final long mostBytes;
    private final NonQueueingLock lock = new NonQueueingLock();
    /// Added to under `lock`.
    private final ConcurrentLinkedQueue<ByteBuffer> messages = new ConcurrentLinkedQueue<>();
    /// Grows under `lock` only.
    private final AtomicLong queuedBytes = new AtomicLong();
    /// Whether it is sealed. Written under `lock`.
    private volatile boolean closed;
    /// Written under `lock`.
    private volatile Ending ending = Ending.NONE;
    /// Senders that wait for room.
    private final Queue<Thread> waiting = new ConcurrentLinkedQueue<>();

    CrossThreadSendQueue(Conversation conversation) {
        this.conversation = conversation;
        this.mostBytes = conversation.context.options().limits().senderQueueBytes();
    }

    /// Makes sure that a consumer empties the queue. **Thread**: any.
    abstract void wake();

    @Override
    public final long id() {
        return conversation.id();
    }

    @Override
    public final boolean offer(ByteBuffer message) {
        Limit refusal = tryOffer(message);
        if (refusal != null && !closed) {
            conversation.context.listener().limitReached(refusal);
        }
        return refusal == null;
    }

    /// Puts a message.
    ///
    /// @return the limit that refuses it, also when the sender queue is sealed; null when it was accepted
    private @Nullable Limit tryOffer(ByteBuffer message) {
        if (closed) {
            return Limit.SENDER_QUEUE;
        }
        int bytes = message.remaining();
        requireSize(bytes);
        if (queuedBytes.get() > mostBytes - bytes) {
            return Limit.SENDER_QUEUE;
        }
        if (!budget().tryTake(bytes)) {
            return Limit.BUFFER_TOTAL;
        }
        boolean accepted = false;
        try {
            accepted = put(ByteBuffer.allocate(bytes).put(message.duplicate()).flip());
        } finally {
            if (!accepted) {
                budget().give(bytes);
            }
        }
        if (!accepted) {
            return Limit.SENDER_QUEUE;
        }
        wake();
        return null;
    }

    /// The server's budget: queued messages count against it as buffers do.
    private BufferBudget budget() {
        return conversation.context.budget();
    }

    private void requireSize(int bytes) {
        if (bytes > mostBytes) {
            throw new IllegalArgumentException(
                    "a message of " + bytes + " bytes, where a sender's queue holds " + mostBytes);
        }
    }

    /// Accepts a message, if there is room and it is not sealed.
    private boolean put(ByteBuffer message) {
        // Read before the add: afterwards the message may already be sent.
        int bytes = message.remaining();
        lock.lock();
        try {
            if (closed || queuedBytes.get() > mostBytes - bytes) {
                return false;
            }
            messages.add(message);
            queuedBytes.addAndGet(bytes);
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public final void send(ByteBuffer message, Duration atMost) throws IOException, InterruptedException {
        if (offer(message)) {
            return;
        }
        long until = System.nanoTime() + ServerContext.nanos(atMost);
        waiting.add(Thread.currentThread());
        try {
            // Tried again now that the consumer, which makes room, sees this thread in `waiting`.
            while (tryOffer(message) != null) {
                awaitRoom(until - System.nanoTime(), atMost);
            }
        } finally {
            waiting.remove(Thread.currentThread());
        }
    }

    private void awaitRoom(long leftNanos, Duration atMost) throws IOException, InterruptedException {
        if (closed) {
            Cause why = conversation.cause();
            throw new ConnectionException(why == null ? new Cause.Stopped() : why);
        }
        if (leftNanos <= 0) {
            throw new TimedOutException("sending to " + PrintableAddress.shown(conversation.peer()), atMost);
        }
        // Senders are not notified of room in the budget of all buffers.
        if (!CarrierThread.parkNanos(this, Math.min(leftNanos, LOOK_AGAIN_NANOS))) {
            throw new PinnedWaitException(CarrierThread.refusal("a sender"));
        }
        if (Thread.interrupted()) {
            throw new InterruptedException(
                    "interrupted while sending to " + PrintableAddress.shown(conversation.peer()));
        }
    }

    @Override
    public final long queuedBytes() {
        return queuedBytes.get();
    }

    @Override
    public final boolean isOpen() {
        return !closed;
    }

    @Override
    public final void end() {
        seal(Ending.OUTPUT);
        wake();
    }

    @Override
    public final void close() {
        seal(Ending.CONNECTION);
        wake();
    }

    /// Whether a sender requested the end of the output, and everything before that has been sent.
    final boolean endsNow() {
        return ending == Ending.OUTPUT && messages.isEmpty();
    }

    /// Whether a sender requested the connection's end, and everything before that has been sent.
    final boolean closesNow() {
        return ending == Ending.CONNECTION && messages.isEmpty();
    }

    /// The next message, or null.
    final @Nullable ByteBuffer poll() {
        return messages.poll();
    }

    final boolean isEmpty() {
        return messages.isEmpty();
    }

    /// Records that a message of `bytes` bytes was sent.
    final void left(int bytes) {
        queuedBytes.addAndGet(-bytes);
        budget().give(bytes);
        tellWaiting();
    }

    /// Seals the sender queue and discards what is queued.
    final void discard() {
        seal();
        for (ByteBuffer message; (message = messages.poll()) != null;) {
            left(message.remaining());
        }
    }

    /// Seals the sender queue: nothing more is accepted.
    final void seal() {
        seal(Ending.NONE);
    }

    private void seal(Ending wanted) {
        lock.lock();
        try {
            closed = true;
            if (wanted.compareTo(ending) > 0) {
                ending = wanted;
            }
        } finally {
            lock.unlock();
        }
        tellWaiting();
    }

    private void tellWaiting() {
        if (!waiting.isEmpty()) {
            waiting.forEach(LockSupport::unpark);
        }
    }
}
