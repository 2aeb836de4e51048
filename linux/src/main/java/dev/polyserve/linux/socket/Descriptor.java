package dev.polyserve.linux.socket;

import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.SystemCallMemoryPool;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.DescriptorCalls;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.linux.system.ReadinessWaitCalls;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.ClosedChannelException;

/// An open file descriptor: closed exactly once, and not while a call uses it. The kernel uses the number of a closed
/// descriptor again.
///
/// ```
///   OPEN ⇄ in use by n calls
///     │ close        │ close
///     ▼              ▼
///   CLOSED ◀──end── CLOSING: the last call closes it
/// ```
///
/// A thread that alone closes it need not begin its calls: no close can come between ([#requireOpen]).
///
/// A socket of a connection is its own descriptor, by inheritance, so that an idle connection keeps one object less.
///
/// **Thread**: any.
public sealed class Descriptor permits DescriptorSocket {
    private static final VarHandle STATE;
    private static final SystemCallMemoryPool MEMORIES = SystemCallMemoryPool.shared();
    private static final int CLOSING = 1 << 30;
    private static final int CLOSED = 1 << 29;
    private static final int USERS = CLOSED - 1;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Descriptor.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int number;
    /// The number of calls that use it, and the two flags.
    @SuppressWarnings("unused")
    private int state;

    /// Takes ownership of an open descriptor.
    public Descriptor(int number) {
        this.number = number;
    }

    /// Returns its number, for a call between [#begin] and [#end].
    public final int number() {
        return number;
    }

    /// Returns true until [#close] is called.
    public final boolean isOpen() {
        return ((int) STATE.getOpaque(this) & CLOSING) == 0;
    }

    /// Fails when it is closed. Enough for a call of the thread that alone closes it.
    ///
    /// @throws ClosedChannelException when it is closed
    public final void requireOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    /// Begins a call that uses the number; one call of [#end] must follow.
    ///
    /// @return false when it is closed: make no call, and do not call [#end]
    public final boolean tryBegin() {
        int before = (int) STATE.getAndAdd(this, 1);
        if ((before & CLOSING) != 0) {
            leave();
            return false;
        }
        return true;
    }

    /// Like [#tryBegin], but throws when it is closed.
    ///
    /// @throws ClosedChannelException when it is closed
    public final void begin() throws ClosedChannelException {
        if (!tryBegin()) {
            throw new ClosedChannelException();
        }
    }

    /// Ends a call.
    public final void end() {
        leave();
    }

    /// Waits until it is ready for one of these events of `poll(2)`, or until the time has passed; an interrupted wait
    /// returns, too. Do not call it on a virtual thread: it would pin the carrier.
    public final void await(int events, long atMostNanos) throws IOException {
        int ready = poll(events, atMostNanos);
        if (ready != -Errno.EINTR) {
            SystemCallException.require("poll", ready);
        }
    }

    /// Returns true when it is ready for one of these events now, or has failed.
    public final boolean isReady(int events) throws IOException {
        return poll(events, 0) > 0;
    }

    private int poll(int events, long atMostNanos) throws ClosedChannelException {
        PollDescriptors one = new PollDescriptors(1);
        begin();
        try {
            one.set(0, number, events);
            return ReadinessWaitCalls.poll(SystemCallMemory.small(), one, 1, atMostNanos);
        } finally {
            end();
        }
    }

    /// Closes it, now or after the calls that use it; a second call has no effect.
    public void close() throws IOException {
        int before = (int) STATE.getAndBitwiseOr(this, CLOSING);
        if (before == 0 || before == CLOSING) {
            int closed = release();
            if (closed < 0 && closed != -Errno.EINTR) {
                throw new SystemCallException("close", closed);
            }
        }
    }

    private void leave() {
        int after = (int) STATE.getAndAdd(this, -1) - 1;
        if (after == CLOSING) {
            // close() releases the descriptor whatever it reports, and the caller that requested it has returned.
            release();
        }
    }

    private int release() {
        if (!STATE.compareAndSet(this, CLOSING, CLOSING | CLOSED)) {
            return 0;
        }
        try {
            return releaseNow();
        } catch (OutOfMemoryError e) {
            int _ = (int) STATE.getAndBitwiseAnd(this, ~CLOSED); // the call was not made: the next close() tries again
            throw e;
        }
    }

    private int releaseNow() {
        SystemCallMemory memory = MEMORIES.take();
        try {
            return DescriptorCalls.close(memory, number);
        } finally {
            MEMORIES.give(memory);
        }
    }

    @Override
    public String toString() {
        int now = (int) STATE.getOpaque(this);
        return "descriptor " + number + ((now & CLOSING) == 0 ? "" : " (closed)") + ", used by " + (now & USERS);
    }
}
