package dev.polyserve.run;

import dev.polyserve.Cause;
import dev.polyserve.Limit;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.LimitException;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.loop.Multiplexer;
import dev.polyserve.tls.TlsSocket;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// The handshake of one connection's TLS on an event loop, before its conversation begins. It is the same for every model, so
/// that a stalled one holds no thread.
///
/// ```
///   begin ─▶ watched ─▶ bytes ─▶ under way ─▶ READ, WRITE: watched │ TASK: computed beside the loop, and back
///              │                  │    ▲                                  │
///              │                  └────┴──────────────────────────────────┘
///              └─late, stopped─▶ over     ├─▶ DONE: passed on, with its watch     └─▶ failed: reported
/// ```
///
/// It has a deadline for the whole, which begins with the connection. A handshake that has to wait for its turn has one for
/// this wait, and begins its own afterwards. What the server makes a client wait for, its turn or a computation, is
/// [Limit#TLS_HANDSHAKES], and no offence of the client. While the handshake waits for the peer, the conversation counts as
/// quiet, so that a drain ends it.
///
/// **Thread**: the loop's, except [#close].
final class TlsHandshake implements Multiplexer.Ready, TlsSocket.Closer {
    private enum State {
        NEW, WAITING_FOR_ROOM, UNDER_WAY, COMPUTING, OVER
    }

    /// What follows the handshake.
    @FunctionalInterface
    interface Next {
        /// Begins the conversation.
        ///
        /// @param watch what watches the socket
        void begin(Multiplexer.Watch watch);
    }

    private final EventLoop loop;
    private final TlsSocket socket;
    private final Conversation conversation;
    private final TlsHandshakeExecutor all;
    private final ServerContext context;
    private final Next next;
    /// One object, because it is compared.
    private final Runnable whenRoom = this::hasRoom;
    private Multiplexer.@Nullable Watch watch;
    private EventLoop.@Nullable Delayed deadline;
    private State state = State.NEW;

    TlsHandshake(EventLoop loop, TlsSocket socket, Conversation conversation, TlsHandshakeExecutor all,
            ServerContext context, Next next) {
        this.loop = loop;
        this.socket = socket;
        this.conversation = conversation;
        this.all = all;
        this.context = context;
        this.next = next;
    }

    /// Begins it. It may be over when this returns.
    ///
    /// @throws IOException when the socket cannot be watched
    void begin() throws IOException {
        loop.assertOwner();
        socket.closedBy(this);
        socket.blocking(false);
        // A wait without a limit of its own: the timer below covers all of them.
        conversation.waitsFor(Limit.TLS_HANDSHAKES);
        watch = loop.watch(socket.source(), Multiplexer.READ, this);
        within(context.handshakeNanos());
        if (socket.buffered() || socket.isClient()) {
            ready(Multiplexer.READ);
        }
    }

    /// Begins a time for what comes next, in place of the one before.
    private void within(long nanos) {
        if (deadline != null) {
            loop.cancel(deadline);
            deadline = null;
        }
        if (nanos < ServerContext.FOREVER_NANOS) {
            deadline = loop.schedule(nanos, this::late);
        }
    }

    @Override
    public void ready(int readiness) {
        loop.assertOwner();
        loop.turnBegins();
        if (state == State.NEW) {
            if (all.enter(whenRoom)) {
                state = State.UNDER_WAY;
            } else {
                state = State.WAITING_FOR_ROOM;
                within(context.handshakeTurnNanos());
            }
        }
        step();
    }

    private void hasRoom() {
        loop.post(() -> {
            if (state == State.WAITING_FOR_ROOM) {
                state = State.UNDER_WAY;
                within(context.handshakeNanos());
                step();
            }
        });
    }

    private void step() {
        if (state != State.UNDER_WAY) {
            interest(0);
            return;
        }
        try {
            advance();
        } catch (IOException e) {
            failed(e);
        } catch (RuntimeException | Error e) {
            failed(new IOException("the TLS handshake failed: " + e, e));
            throw e;
        }
    }

    private void advance() throws IOException {
        switch (socket.handshake()) {
            case READ -> interest(Multiplexer.READ);
            case WRITE -> interest(Multiplexer.WRITE);
            case TASK -> compute();
            case DONE -> done();
        }
    }

    private void interest(int wanted) {
        Multiplexer.Watch watched = watch;
        if (watched != null) {
            loop.change(watched, wanted);
        }
    }

    private void compute() throws IOException {
        interest(0);
        state = State.COMPUTING;
        try {
            all.compute(() -> {
                try {
                    socket.runTasks();
                } finally {
                    loop.post(this::computed);
                }
            });
        } catch (RejectedExecutionException e) {
            throw new IOException("the server stops", e);
        }
    }

    private void computed() {
        if (state == State.COMPUTING) {
            state = State.UNDER_WAY;
            step();
        }
    }

    private void done() {
        Multiplexer.Watch watched = watch;
        watch = null;
        leave();
        if (watched != null) {
            next.begin(watched);
        }
    }

    // --- the other ends ---

    private void late() {
        long pauseNanos = loop.limitPauseNanos();
        if (state != State.OVER && pauseNanos > 0) {
            // The loop was held up: what the peer has sent meanwhile is not read yet.
            deadline = loop.schedule(pauseNanos, this::late);
        } else if (state != State.OVER) {
            Limit passed = waitsForServer() ? Limit.TLS_HANDSHAKES : Limit.TLS_HANDSHAKE;
            refuse(passed, new Cause.TimedOut(passed));
        }
    }

    private boolean waitsForServer() {
        return switch (state) {
            case WAITING_FOR_ROOM, COMPUTING -> true;
            case NEW, UNDER_WAY, OVER -> false;
        };
    }

    private void refuse(Limit limit, Cause why) {
        context.listener().limitReached(limit);
        context.listener().rejected(conversation, Optional.of(limit));
        closeNow(true);
        boolean _ = conversation.reject(why); // false if it was ended meanwhile
    }

    private void failed(IOException why) {
        switch (why) {
            case LimitException reached -> refuse(reached.limit(), new Cause.LimitReached(reached.limit()));
            case SSLException _ -> {
                context.listener().failed(conversation, why);
                end(new Cause.Failed(why));
            }
            default -> end(new Cause.PeerReset(String.valueOf(why.getMessage())));
        }
    }

    private void end(Cause why) {
        closeNow(true);
        boolean _ = conversation.failEarly(why); // false if it was ended meanwhile
    }

    @Override
    public void close(boolean unread) {
        if (Thread.currentThread().equals(loop.thread())) {
            closeNow(unread);
        } else {
            loop.post(() -> closeNow(unread));
        }
    }

    private void closeNow(boolean unread) {
        loop.assertOwner();
        Multiplexer.Watch watched = watch;
        if (watched != null) {
            watch = null;
            loop.forget(watched);
        }
        leave();
        try {
            socket.close(unread);
        } catch (IOException e) {
            // The descriptor is released whatever close reports.
            socket.shutdown();
        }
    }

    /// It is not under way any more, and the socket closes itself. A second call has no effect.
    private void leave() {
        State before = state;
        state = State.OVER;
        socket.closedBy(null);
        conversation.waited();
        if (deadline != null) {
            loop.cancel(deadline);
            deadline = null;
        }
        switch (before) {
            case WAITING_FOR_ROOM -> all.withdraw(whenRoom);
            case UNDER_WAY, COMPUTING -> all.leave();
            case NEW, OVER -> {
                // It does not count.
            }
        }
    }
}
