package dev.polyserve.conversation;

import dev.polyserve.Cause;
import dev.polyserve.Client;
import dev.polyserve.ConnectionException;
import dev.polyserve.Handler;
import dev.polyserve.spi.ConnectionOwner;
import dev.polyserve.spi.PoolableConnection;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A connection served by a sequential [Handler]: its run from set-up to close. The operations that the handler may call
/// are those of its superclasses: [HandlerInput] reads, [HandlerOutput] writes, and both wait in
/// [LimitedWireConversation].
///
/// ```
///   run ─▶ setUp ─▶ handle ─▶ finish ─▶ its outgoing connections end ─▶ flush, end output ─▶ close ─▶ complete
///             │        │  read: flush ─▶ wait ─▶ buffer
///             └────────┴─▶ an exception settles the cause; the rest is the same
/// ```
///
/// While the handler waits, its stack is kept, and with it each frame from [#run] to the wait: so there are few.
///
/// The code of the handler, with its codecs, runs outside of the library ([HandlerBorder]). What reads, writes or waits
/// enters it: [HandlerInput] and [LimitedWireConversation] do.
///
/// **Thread**: [#run] and everything the handler calls: the owner, a platform or virtual thread.
public final class HandlerConversation extends WaitingConversation implements Runnable, ConnectionOwner {
    private final Supplier<? extends Handler> factory;
    private final Connector connector;
    private boolean closed;
    /// The handler, which is to be told the cause; null when there is none, or it was told.
    private @Nullable Handler served;
    /// What the handler has begun itself; null until then.
    private volatile @Nullable HandlerOutgoingConnections outgoing;

    /// Creates a conversation over the wire, not yet begun, for a thread that belongs to the handler.
    public <W extends Wire & ConversationDriver> HandlerConversation(ServerContext context, Identity identity,
            Supplier<? extends Handler> factory, W wire) {
        this(context, identity, factory, wire, HandlerBorder.NONE, Connector.NONE);
    }

    /// Creates a conversation over the wire, not yet begun, for a thread or coroutine with this border.
    ///
    /// @param connector makes the handler's outgoing connections
    public <W extends Wire & ConversationDriver> HandlerConversation(ServerContext context, Identity identity,
            Supplier<? extends Handler> factory, W wire, HandlerBorder border, Connector connector) {
        super(context, identity, wire, border);
        this.factory = factory;
        this.connector = connector;
    }

    /// Runs the whole conversation, from the handler's set-up to the closed socket. It never throws: where it fails, for
    /// example for lack of memory, the conversation is abandoned.
    @Override
    public void run() {
        try {
            if (!begin(Thread.currentThread())) {
                return;
            }
            border.leaveLibrary();
            try {
                Handler handler = factory.get();
                served = handler;
                handler.setUp(this);
                handler.handle(this);
            } catch (Throwable e) { // every exception ends only this connection
                threw(e);
            } finally { // though the report of a failure fails, for example for lack of memory
                handled();
            }
        } catch (RuntimeException | Error e) {
            ownerFailed(e);
        }
    }

    private void handled() {
        try {
            finish();
        } finally {
            var _ = border.enterLibrary();
            leaveHandler();
            try {
                endOutgoing();
                conclude(true);
            } finally {
                over();
            }
            giveBuffers();
        }
    }

    private void threw(Throwable error) {
        var _ = border.enterLibrary();
        try {
            failed(error);
        } finally {
            border.leaveLibrary();
        }
    }

    private void finish() {
        Handler handler = served;
        if (handler == null) {
            return; // it could not be made
        }
        try {
            handler.finish(this);
        } catch (Throwable e) {
            var _ = border.enterLibrary();
            failed(e);
        }
    }

    /// Completes the conversation, after it has closed the socket if that has failed before.
    private void over() {
        closeWire();
        settle(ending(buffers.in.inputEnded()));
        Handler told = served;
        served = null;
        closed(told);
        complete(isRunning());
    }

    @Override
    void endInPlace() {
        claim();
        HandlerOutgoingConnections begun = outgoing;
        if (begun != null) {
            begun.abandonAll();
        }
        discardAll();
        over();
    }

    /// Tells a handler of messages the cause.
    private void closed(@Nullable Handler handler) {
        Cause why = cause();
        if (handler instanceof MessageHandlerAsHandler<?> reader && why != null) {
            try {
                reader.closed(why);
            } catch (Throwable e) { // as of a protocol
                context.listener().failed(this, e);
            }
        }
    }

    /// Handles an exception of the handler: it becomes the cause, unless the connection was over before. A
    /// [ConnectionException] of this connection only repeats the cause. After a lost or aborted connection every
    /// exception is a consequence of that; all others are reported.
    @Override
    void failed(Throwable error) {
        Cause before = cause();
        if (error instanceof ConnectionException told && told.reason().equals(before)) {
            return;
        }
        switch (before) {
            case null -> {
                Cause why = causeOf(error);
                if (settle(why) && why instanceof Cause.Failed) {
                    context.listener().failed(this, error);
                }
            }
            case Cause.Done _, Cause.Failed _ -> context.listener().failed(this, error);
            case Cause.PeerReset _, Cause.TimedOut _, Cause.LimitReached _, Cause.Stopped _ -> {
                // Not an error of the handler.
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            try {
                if (!ended()) {
                    end();
                }
            } finally {
                settle(ending(buffers.in.inputEnded()));
            }
        }
    }

    // --- outgoing connections ---

    @Override
    public OutgoingConversation connect(Client to) throws IOException {
        Connector.Owner owner = owner();
        // After that: what aborts this connection from now on sees what it begins.
        throwIfUnsendable();
        return connector.connect(to, owner);
    }

    private Connector.Owner owner() {
        HandlerOutgoingConnections begun = outgoing;
        if (begun == null) {
            begun = new HandlerOutgoingConnections();
            outgoing = begun;
        }
        return new Connector.Owner(host(), border, begun, info());
    }

    private @Nullable HandlerHost host() {
        return wire instanceof HostedWire hosted ? hosted.host() : null;
    }

    @Override
    public Object home() {
        HandlerHost host = host();
        return host == null ? connector : host.home();
    }

    @Override
    public boolean take(PoolableConnection unowned) {
        Connector.Owner owner = owner();
        return ((OutgoingConversation) unowned).take(owner, another -> connector.connect(another, owner));
    }

    @Override
    public boolean leave(PoolableConnection owned) {
        return ((OutgoingConversation) owned).leave(connector.unowned());
    }

    @Override
    void abortOutgoing() {
        HandlerOutgoingConnections begun = outgoing;
        if (begun != null) {
            begun.abortAll();
        }
    }

    @Override
    boolean isOfAnotherPeer(Throwable error) {
        HandlerOutgoingConnections begun = outgoing;
        return begun != null && begun.hasThrown(error);
    }

    /// Ends what the handler has begun and not closed: whole, unless it has failed.
    private void endOutgoing() {
        HandlerOutgoingConnections begun = outgoing;
        if (begun != null) {
            Cause why = cause();
            begun.endAll(why == null || why instanceof Cause.Done);
        }
    }
}
