package dev.polyserve.conversation;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionException;
import dev.polyserve.Limit;
import dev.polyserve.Sender;
import dev.polyserve.TimedOutException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Messages from other threads on their way to one connection: a bounded queue, and a way to wake who empties it.
///
/// **Thread**: any may put; one at a time takes.
abstract class Outbox implements Sender {
    /// What a sender wants to happen after the last message.
    private enum Ending {
        NONE, OUTPUT, CONNECTION
    }

    final Conversation conversation;
    private final ConcurrentLinkedQueue<ByteBuffer> messages = new ConcurrentLinkedQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final long mostBytes;
    private final ReentrantLock waitersLock = new ReentrantLock();
    private final Condition room = waitersLock.newCondition();
    private final AtomicInteger waiters = new AtomicInteger();
    /// Nothing is accepted any more.
    private volatile boolean closed;
    private volatile Ending ending = Ending.NONE;

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
        if (closed || !reserve(message.remaining())) {
            return false;
        }
        ByteBuffer copy = ByteBuffer.allocate(message.remaining()).put(message.duplicate()).flip();
        messages.add(copy);
        wake();
        return true;
    }

    @Override
    public final void send(ByteBuffer message, Duration atMost) throws IOException, InterruptedException {
        if (offer(message)) {
            return;
        }
        long left = ServerContext.nanos(atMost);
        waitersLock.lockInterruptibly();
        try {
            waiters.incrementAndGet();
            while (!offer(message)) {
                if (closed) {
                    Cause why = conversation.cause();
                    throw new ConnectionException(why == null ? new Cause.Stopped() : why);
                }
                if (left <= 0) {
                    throw new TimedOutException("sending to " + conversation.peer(), atMost);
                }
                left = room.awaitNanos(left);
            }
        } finally {
            waiters.decrementAndGet();
            waitersLock.unlock();
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
        if (ending == Ending.NONE) {
            ending = Ending.OUTPUT;
        }
        seal();
        wake();
    }

    @Override
    public final void close() {
        ending = Ending.CONNECTION;
        seal();
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
        if (waiters.get() > 0) {
            signalRoom();
        }
    }

    /// Nothing is accepted any more, nor is anything sent.
    final void discard() {
        seal();
        for (ByteBuffer message; (message = messages.poll()) != null;) {
            queuedBytes.addAndGet(-message.remaining());
        }
    }

    /// Nothing is accepted any more.
    final void seal() {
        closed = true;
        signalRoom();
    }

    private void signalRoom() {
        waitersLock.lock();
        try {
            room.signalAll();
        } finally {
            waitersLock.unlock();
        }
    }

    private boolean reserve(int bytes) {
        if (bytes > mostBytes) {
            throw new IllegalArgumentException(
                    "a message of " + bytes + " bytes, where a sender's queue holds " + mostBytes);
        }
        if (queuedBytes.addAndGet(bytes) > mostBytes) {
            queuedBytes.addAndGet(-bytes);
            conversation.context.listener().limitReached(Limit.SENDER_QUEUE);
            return false;
        }
        return true;
    }
}
