package dev.polyserve.conversation;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionException;
import dev.polyserve.Limit;
import dev.polyserve.Sender;
import dev.polyserve.TimedOutException;
import dev.polyserve.coroutine.carrier.CarrierThread;
import dev.polyserve.coroutine.carrier.NonQueueingLock;
import dev.polyserve.text.Addresses;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Messages from other threads on their way to one connection: a bounded queue, and a way to wake who empties it.
///
/// ```
///   open ──end──▶ sealed, then our side ends ──close──▶ sealed, then the connection ends
///    ├──────────────────────close──────────────────────────▲
///    └──seal──▶ sealed
/// ```
///
/// What is accepted, and that nothing more is, are in one order, under a lock: once it is sealed, an empty queue stays empty. Those that
/// wait for room park, and are unparked without a lock, because event loops do so.
///
/// **Thread**: any may put; one at a time takes.
abstract class Outbox implements Sender {
    /// What a sender wants to happen after the last message.
    private enum Ending {
        NONE, OUTPUT, CONNECTION
    }

    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    final Conversation conversation;
    private final long mostBytes;
    private final NonQueueingLock lock = new NonQueueingLock();
    /// Put under `lock`.
    private final ConcurrentLinkedQueue<ByteBuffer> messages = new ConcurrentLinkedQueue<>();
    /// Grows under `lock` only.
    private final AtomicLong queuedBytes = new AtomicLong();
    /// Nothing is accepted any more. Written under `lock`.
    private volatile boolean closed;
    /// Written under `lock`.
    private volatile Ending ending = Ending.NONE;
    /// Senders that wait for room.
    private final Queue<Thread> waiting = new ConcurrentLinkedQueue<>();

    Outbox(Conversation conversation) {
        this.conversation = conversation;
        this.mostBytes = conversation.context.options().limits().senderQueueBytes();
    }

    /// Makes sure that somebody empties the queue. **Thread**: any.
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
    /// @return the limit that refuses it, also when nothing is accepted any more; null when it was accepted
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

    /// Queued messages count against the server's bound as the buffers of its connections do.
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
        // Not asked again: once it is put, it may be on its way.
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
            // Asked again now that the thread that makes room sees the waiting one.
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
            throw new TimedOutException("sending to " + Addresses.shown(conversation.peer()), atMost);
        }
        // Room in the budget of all buffers is not told to senders.
        if (!CarrierThread.parkNanos(this, Math.min(leftNanos, LOOK_AGAIN_NANOS))) {
            throw new PinnedWaitException(CarrierThread.refusal("a sender"));
        }
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while sending to " + Addresses.shown(conversation.peer()));
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

    /// Whether a sender asked for the end of our side, and everything before that has left.
    final boolean endsNow() {
        return ending == Ending.OUTPUT && messages.isEmpty();
    }

    /// Whether a sender asked for the connection's end, and everything before that has left.
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

    /// A message of so many bytes has left.
    final void left(int bytes) {
        queuedBytes.addAndGet(-bytes);
        budget().give(bytes);
        tellWaiting();
    }

    /// Nothing is accepted any more, nor is anything sent.
    final void discard() {
        seal();
        for (ByteBuffer message; (message = messages.poll()) != null;) {
            left(message.remaining());
        }
    }

    /// Nothing is accepted any more.
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
