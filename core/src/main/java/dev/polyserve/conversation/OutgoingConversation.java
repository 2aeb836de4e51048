package dev.polyserve.conversation;

import dev.polyserve.Cause;
import dev.polyserve.Client;
import dev.polyserve.Connection;
import dev.polyserve.ConnectionException;
import dev.polyserve.Limit;
import dev.polyserve.record.ConnectionRecorder;
import dev.polyserve.spi.PoolableConnection;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A connection that this process has begun, from the attempt to the closed socket.
///
/// ```
///   created ─▶ connect ─▶ connected ─▶ reads, writes … ─▶ close, or the end of its handler ─▶ over
///                 │                     leave │ ▲ take                                         ▲
///                 │                           ▼ │                                              │
///                 │                          unowned ─▶ endUnowned, or an abort ───────────────┤
///                 └─ fails, or late ───────────────────────────────────────────────────────────┘
/// ```
///
/// It has the time limits and the budgets of its server, and is none of the server's connections: it counts in no limit of
/// those, no listener is told of it, and no figure of a server includes it. The first byte has the idle limit, because a
/// server that is asked nothing is silent.
///
/// **Thread**: the owner's, as [WaitingConversation].
public final class OutgoingConversation extends WaitingConversation implements PoolableConnection {
    private final ConnectingWire connecting;
    private HandlerOutgoingConnections begun;
    private Connecting again;
    /// Whether the attempt was begun; the owner's.
    private boolean attempted;
    /// Whether nothing owns it; guarded by its lock. What ends that owns it from then on.
    private boolean unowned;

    /// Makes another connection of the same owner.
    @FunctionalInterface
    public interface Connecting {
        /// As [Connection#connect(Client)].
        Connection connect(Client to) throws IOException;
    }

    /// Creates a conversation over a wire that is not connected.
    ///
    /// @param again makes another connection of the same owner
    public <W extends Wire & ConversationDriver & ConnectingWire> OutgoingConversation(ServerContext context,
            Identity identity, W wire, Connector.Owner owner, Connecting again) {
        super(context, identity, wire, owner.border());
        this.connecting = wire;
        this.begun = owner.begun();
        this.again = again;
    }

    /// Connects, and waits for that. If it fails, the conversation is over.
    ///
    /// @param atMostNanos how long to wait; 0 only looks
    /// @param goesOn whether the attempt goes on when that was not enough, and this is called again; otherwise the
    ///     conversation is over then
    /// @return false when the time was not enough
    /// @throws ConnectionException when the connection was aborted meanwhile
    /// @throws IOException why it cannot be connected
    public boolean connect(long atMostNanos, boolean goesOn) throws IOException {
        if (!attempted) {
            attempted = true;
            boolean _ = tryBegin(null); // it has a cause otherwise
            begun.add(this);
        }
        boolean entered = border.enterLibrary();
        boolean live = false;
        try {
            throwIfOver();
            boolean connected = connecting.connect(atMostNanos, goesOn);
            live = connected || goesOn;
            return connected;
        } catch (IOException e) {
            throwIfOver();
            throw e;
        } finally {
            try {
                if (!live) {
                    notConnected();
                }
            } finally {
                border.leaveIf(entered);
            }
        }
    }

    /// Ends an attempt that is not to be used. It has no effect on a conversation that is over.
    public void giveUp() {
        if (isDone()) {
            return;
        }
        boolean entered = border.enterLibrary();
        try {
            notConnected();
        } finally {
            border.leaveIf(entered);
        }
    }

    private void notConnected() {
        settle(new Cause.PeerReset("not connected"));
        discardAll();
        over();
        giveBuffers();
    }

    @Override
    public Connection connect(Client to) throws IOException {
        return again.connect(to);
    }

    /// Goes on with TLS, and waits for the handshake. If it fails, [#giveUp] follows.
    ///
    /// @throws ConnectionException with the failure as its cause
    public void secure() throws IOException {
        if (!(wire instanceof StartTlsWire secured)) {
            throw new IllegalStateException("this wire has no TLS: " + wire);
        }
        startTls(secured, false);
    }

    @Override
    public void startTls() {
        throw new IllegalStateException(
                "this program is the client of the connection: only a server can begin TLS on one");
    }

    /// A recording has the server's connections, by their numbers.
    @Override
    @Nullable ConnectionRecorder recorder() {
        return null;
    }

    @Override
    void waitsForInput(boolean forRest) {
        waitsFor(Limit.IDLE);
    }

    /// An interrupted or pinned wait, or a failure of TLS. It is no failure of a handler: only what the handler lets pass is.
    @Override
    void failed(Throwable error) {
        settle(causeOf(error));
    }

    @Override
    <E extends IOException> E noted(E thrown) {
        begun.threw(thrown);
        return thrown;
    }

    // --- its owners ---

    /// Leaves it open without an owner, unless something of an exchange is left in it. **Thread**: the owner, in its own code.
    ///
    /// @param rest what has it from now on
    /// @return false when something is left; nothing has changed then. After true, it may be over.
    public boolean leave(HandlerOutgoingConnections rest) {
        HandlerBorder left = border;
        boolean entered = left.enterLibrary();
        try {
            if (!isReusable() || !(wire instanceof ReusableWire reusable)) {
                return false;
            }
            readTimeout(null);
            forgetsOwnLimits();
            idles();
            begun.remove(this);
            begun = rest;
            again = OutgoingConversation::refuse;
            border = HandlerBorder.NONE;
            reusable.ownedBy(null);
            rest.add(this);
            unowned(true);
            // What ended it until now has found an owner, and left the end to that.
            if (cause() != null || rest.isOver()) {
                endUnowned();
            }
            return true;
        } finally {
            left.leaveIf(entered);
        }
    }

    private static Connection refuse(Client to) {
        throw new IllegalStateException("a connection without an owner cannot connect to " + to.endpoint());
    }

    private boolean isReusable() {
        return cause() == null && !ended() && !hasSender() && !inputCut() && buffers.in.available() == 0
                && !buffers.in.inputEnded() && buffers.out.pending() == 0;
    }

    /// Sets whether nothing owns it.
    ///
    /// @return whether that has changed
    private boolean unowned(boolean now) {
        lock();
        try {
            boolean changes = unowned != now;
            unowned = now;
            return changes;
        } finally {
            unlock();
        }
    }

    /// Takes it for an owner, if it has none. **Thread**: the new owner's, in its own code.
    ///
    /// @return false when it cannot be used; it is over then, or soon
    public boolean take(Connector.Owner owner, Connecting another) {
        if (!unowned(false) || !(wire instanceof ReusableWire reusable)) {
            return false;
        }
        begun.remove(this);
        begun = owner.begun();
        again = another;
        border = owner.border();
        reusable.ownedBy(owner.host());
        begun.add(this);
        boolean entered = border.enterLibrary();
        try {
            if (isUsable(reusable)) {
                return true;
            }
            discardAll();
            over();
            giveBuffers();
            return false;
        } finally {
            border.leaveIf(entered);
        }
    }

    private boolean isUsable(ReusableWire reusable) {
        try {
            return cause() == null && reusable.isSilent();
        } catch (IOException e) {
            settle(new Cause.PeerReset(String.valueOf(e.getMessage())));
            return false;
        }
    }

    @Override
    public void abandon() {
        if (!isDone()) {
            boolean entered = border.enterLibrary();
            try {
                endWithHandler(false);
            } finally {
                border.leaveIf(entered);
            }
        }
    }

    @Override
    public void endUnowned() {
        if (!unowned(false)) {
            return;
        }
        try {
            discardAll();
            if (wire instanceof ReusableWire reusable) {
                reusable.endUnowned();
            }
            over();
        } catch (RuntimeException | Error e) {
            ownerFailed(e);
        }
    }

    @Override
    void shutdown() {
        super.shutdown();
        endUnowned();
    }

    @Override
    public void whenOver(Runnable action) {
        onDone(_ -> action.run());
    }

    // --- the end ---

    @Override
    public void close() throws IOException {
        if (isDone()) {
            return;
        }
        boolean entered = border.enterLibrary();
        try {
            if (!broken() && !ended()) {
                sendCollected();
                endOutput();
            }
        } finally {
            try {
                conclude(true);
            } finally {
                over();
                giveBuffers();
                border.leaveIf(entered);
            }
        }
    }

    /// Closes it at the end of its handler, which has entered the library. It does not wait until the peer has everything.
    void endWithHandler(boolean whole) {
        try {
            if (!whole) {
                reset(new Cause.Stopped());
            }
            try {
                conclude(false);
            } finally {
                over();
                giveBuffers();
            }
        } catch (RuntimeException | Error e) {
            ownerFailed(e);
        }
    }

    private void over() {
        closeWire();
        settle(ending(buffers.in.inputEnded()));
        complete(false);
    }

    @Override
    void leavesServer() {
        begun.remove(this);
    }

    @Override
    void endInPlace() {
        claim();
        discardAll();
        over();
    }
}
