package dev.polyserve.loop;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.Chunk;
import dev.polyserve.conversation.InputBuffer;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.conversation.Wire;
import dev.polyserve.io.StreamSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The wire of a handler that runs as a coroutine of an event loop: a read that finds nothing parks it, readiness unparks
/// it onto the loop's own thread.
///
/// ```
///   read ─▶ try ─▶ bytes            try again only after readiness when the last read was short:
///            └─ nothing ─▶ park ─▶ (loop: ready) ─▶ try     then there is nothing more to get
/// ```
///
/// Interest in reading stays armed, so a request costs no system call for it; readiness that nobody waits for disarms it.
/// Where the JDK lets us lend no thread, the coroutine runs elsewhere: then readiness disarms always, and arming goes
/// through the loop's mailbox.
///
/// **Thread**: as [Wire]; [#ready] and interest are the loop's.
public final class LoopWire implements Wire, Multiplexer.Ready {
    private final EventLoop loop;
    private final StreamSocket socket;
    private final Gate readable = new Gate();
    private final Gate writable = new Gate();
    private volatile boolean over;
    private volatile boolean cut;
    private volatile @Nullable Thread coroutine;
    private volatile @Nullable Thread besides;
    private volatile @Nullable ConnectionInfo connection;
    /// The last read took all there was.
    private boolean drained = true;
    /// The loop's.
    private Multiplexer.@Nullable Watch watch;
    private int interest;

    /// A wire over a socket, which from now on does not wait.
    public LoopWire(EventLoop loop, StreamSocket socket) {
        this.loop = loop;
        this.socket = socket;
    }

    /// Watches the socket and starts the coroutine that holds the conversation. **Thread**: the loop's.
    public void start(ConnectionInfo served, Runnable conversation) throws IOException {
        connection = served;
        socket.blocking(false);
        interest = Multiplexer.READ;
        watch = loop.watch(socket, interest, this);
        Thread started = loop.newCoroutine("polyserve-coroutine-" + served.id(), () -> {
            loop.serves(this);
            conversation.run();
        });
        coroutine = started;
        started.start();
    }

    @Nullable ConnectionInfo connection() {
        return connection;
    }

    @Nullable Thread runningCoroutine() {
        return loop.lendsThread() ? coroutine : null;
    }

    // --- the loop's side ---

    @Override
    public void ready(int readiness) {
        loop.turnBegins();
        int disarm = readiness & Multiplexer.WRITE;
        if ((readiness & Multiplexer.READ) != 0 && (!readable.open() || !loop.lendsThread())) {
            disarm |= Multiplexer.READ;
        }
        if ((readiness & Multiplexer.WRITE) != 0) {
            writable.open();
        }
        if (disarm != 0) {
            arm(interest & ~disarm);
        }
    }

    private void arm(int wanted) {
        Multiplexer.Watch watched = watch;
        if (watched != null && wanted != interest) {
            interest = wanted;
            loop.change(watched, wanted);
        }
    }

    // --- the owner's side ---

    @Override
    public int read(InputBuffer into, long atMostNanos) throws IOException {
        while (true) {
            if (cut || over) {
                return END;
            }
            if (drained) {
                into.reclaim();
                if (!await(readable, Multiplexer.READ, atMostNanos)) {
                    return TIMED_OUT;
                }
                drained = false;
                continue;
            }
            ByteBuffer room = into.room();
            int asked = room.remaining();
            int count = isReachable() ? socket.read(room) : onLoop(() -> socket.read(room));
            if (count > 0) {
                drained = count < asked;
                into.received(count);
                return count;
            }
            if (count < 0) {
                return END;
            }
            drained = true;
        }
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (over) {
                throw new ClosedChannelException();
            }
            if (isReachable()) {
                socket.write(bytes);
            } else {
                onLoop(() -> socket.write(bytes));
            }
            if (bytes.hasRemaining()) {
                await(writable, Multiplexer.WRITE, ServerContext.FOREVER_NANOS);
            }
        }
    }

    @Override
    public void endOutput() throws IOException {
        while (!(isReachable() ? socket.sent() : onLoop(() -> socket.sent() ? 1 : 0) == 1)) {
            if (over) {
                throw new ClosedChannelException();
            }
            await(writable, Multiplexer.WRITE, ServerContext.FOREVER_NANOS);
        }
        socket.endOutput();
    }

    /// Whether the socket may be read and written by this thread.
    private boolean isReachable() {
        return !socket.confined() || isOnLoop();
    }

    /// Does something with the socket on the loop's thread. **Thread**: any other.
    private int onLoop(SocketCall call) throws IOException {
        var done = new CompletableFuture<Integer>();
        loop.post(() -> {
            try {
                done.complete(call.run());
            } catch (IOException | RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        });
        try {
            // Also when it is interrupted: the loop has the caller's buffer.
            return done.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case IOException failed -> throw failed;
                case RuntimeException failed -> throw failed;
                case Error failed -> throw failed;
                case null, default -> throw e;
            }
        }
    }

    @Override
    public void close(boolean unread) throws IOException {
        if (isOnLoop()) {
            closeNow(unread);
        } else {
            loop.post(() -> {
                try {
                    closeNow(unread);
                } catch (IOException e) {
                    // The descriptor is released whatever close reports, and the conversation is over.
                    assert watch == null;
                }
            });
        }
    }

    private void closeNow(boolean unread) throws IOException {
        Multiplexer.Watch watched = watch;
        if (watched != null) {
            watch = null;
            loop.forget(watched);
        }
        if (unread) {
            socket.drainAndClose();
        } else {
            socket.close();
        }
    }

    @Override
    public void shutdown() {
        over = true;
        // On the loop: a foreign thread in here could make the owner wait for the channel's lock, and the loop with it, which
        // the owner then needs to go on.
        loop.post(socket::shutdown);
        readable.wake();
        writable.wake();
    }

    @Override
    public void cutInput() {
        cut = true;
        readable.wake();
    }

    @Override
    public void beside(Runnable task) {
        loop.newCoroutine("polyserve-sender", () -> {
            besides = Thread.currentThread();
            task.run();
        }).start();
    }

    @Override
    public BufferPool pool() {
        return loop.lendsThread() ? new OwnersPool() : BufferPool.UNPOOLED;
    }

    // --- waiting ---

    /// Waits until the gate opens or the connection is over.
    ///
    /// @return false when the time was not enough
    private boolean await(Gate gate, int operation, long atMostNanos) throws IOException {
        boolean direct = isOnLoop();
        gate.waiter = Thread.currentThread();
        EventLoop.@Nullable Delayed limit = null;
        try {
            askFor(operation, direct);
            boolean limited = atMostNanos < ServerContext.FOREVER_NANOS;
            long deadline = limited ? System.nanoTime() + atMostNanos : 0;
            if (limited && direct) {
                limit = loop.schedule(atMostNanos, gate::wake);
            }
            while (!gate.ready && !over && !(cut && operation == Multiplexer.READ)) {
                if (limited && System.nanoTime() - deadline >= 0) {
                    return false;
                }
                if (limited && !direct) {
                    LockSupport.parkNanos(this, deadline - System.nanoTime());
                } else {
                    LockSupport.park(this);
                }
                refuseInterrupt();
            }
            return true;
        } finally {
            gate.waiter = null;
            gate.ready = false;
            if (limit != null) {
                loop.cancel(limit);
            }
            if (direct) {
                loop.serves(this);
            }
        }
    }

    private void askFor(int operation, boolean direct) {
        if (direct) {
            arm(interest | operation);
        } else {
            loop.post(() -> arm(interest | operation));
        }
    }

    /// As the JDK's channels do: an interrupted wait ends the connection.
    private void refuseInterrupt() throws IOException {
        if (Thread.currentThread().isInterrupted() && !over) {
            shutdown();
            throw new ClosedByInterruptException();
        }
    }

    /// Whether the caller is known to run on the loop's thread.
    private boolean isOnLoop() {
        Thread current = Thread.currentThread();
        return loop.lendsThread()
                && (current.equals(coroutine) || current.equals(besides) || current.equals(loop.thread()));
    }

    /// The loop's pool, for the coroutine: a thread to which the handler has handed the connection must not touch it.
    private final class OwnersPool implements BufferPool {
        @Override
        public Chunk take(int atLeastBytes) {
            return isOnLoop() ? loop.pool().take(atLeastBytes) : new Chunk(atLeastBytes);
        }

        @Override
        public void give(Chunk chunk) {
            if (isOnLoop()) {
                loop.pool().give(chunk);
            }
        }

        @Override
        public boolean reclaims() {
            return true;
        }
    }

    /// Something done with the socket.
    @FunctionalInterface
    private interface SocketCall {
        int run() throws IOException;
    }

    /// One direction: whether it is ready, and who waits for that.
    private static final class Gate {
        private volatile boolean ready;
        private volatile @Nullable Thread waiter;

        /// It is ready. **Thread**: the loop's.
        ///
        /// @return whether somebody waits
        boolean open() {
            ready = true;
            return wake();
        }

        /// Lets the waiter look again. **Thread**: any.
        boolean wake() {
            Thread waiting = waiter;
            if (waiting != null) {
                LockSupport.unpark(waiting);
            }
            return waiting != null;
        }
    }
}
