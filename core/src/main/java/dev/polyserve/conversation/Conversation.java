package dev.polyserve.conversation;

import dev.polyserve.Attribute;
import dev.polyserve.Cause;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.TlsInfo;
import dev.polyserve.record.ConnectionRecorder;
import dev.polyserve.text.PrintableAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One connection's identity, counters, cause and future: the common part of both styles.
public abstract sealed class Conversation extends ConversationTermination implements ConnectionFuture
        permits BufferedConversation, ExternallyServedConversation {
    /// The number, addresses and endpoint of a connection.
    ///
    /// @param id its number
    /// @param ends its two sides
    /// @param endpoint the listener it came through
    public record Identity(long id, AddressPair ends, Endpoint endpoint) {
        /// An identity with two known addresses.
        public Identity(long id, SocketAddress peer, SocketAddress local, Endpoint endpoint) {
            this(id, AddressPair.of(peer, local), endpoint);
        }
    }

    private final long id;
    private final AddressPair ends;
    private final Endpoint endpoint;
    private volatile DeadlineMonitor deadlineMonitor = DeadlineMonitor.NONE;
    /// Why another thread is to end it in place of its owner.
    private volatile @Nullable Throwable abandonedFor;
    private int place;
    private boolean closedTold;
    private boolean rejected;

    Conversation(ServerContext context, Identity identity) {
        super(context);
        this.id = identity.id;
        this.ends = identity.ends;
        this.endpoint = identity.endpoint;
    }

    // --- what any thread may read ---

    @Override
    public final long id() {
        return id;
    }

    @Override
    public final SocketAddress peer() {
        return ends.peer();
    }

    @Override
    public final Optional<Credentials> peerCredentials() {
        return ends.peerCredentials();
    }

    @Override
    public final Optional<Proxied> proxied() {
        return ends.proxied();
    }

    @Override
    public Optional<TlsInfo> tls() {
        return ends.negotiated();
    }

    @Override
    public final SocketAddress local() {
        return ends.local();
    }

    @Override
    public final Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public final Duration age() {
        return Duration.ofNanos(livedNanos());
    }

    @Override
    public final Optional<Cause> outcome() {
        return isDone() ? Optional.ofNullable(cause()) : Optional.empty();
    }

    @Override
    public String toString() {
        return "#" + id + " " + PrintableAddress.shown(peer()) + (isDone() ? " (over)" : "");
    }

    // --- ending it ---

    /// Ends it from outside: settles the cause, wakes the owner out of its waits, and interrupts a handler that waits
    /// for something else. A conversation that has not begun is over at once. **Thread**: any.
    public final void abort(Cause why) {
        settle(why);
        sendsNothingMore();
        // Also when the cause is settled already: the owner may still wait, to send its last bytes or for anything
        // else.
        if (!endUnbegun(why, false) && !isDone()) {
            shutdown();
            // Before the interrupt: the handler may wait in one of them, and an interrupted wait would be its cause.
            abortOutgoing();
            interruptHandler();
        }
    }

    /// Aborts the connections that its handler has begun. **Thread**: any.
    void abortOutgoing() {
        // Only a handler's conversation has any.
    }

    @Override
    public final void abort() {
        abort(new Cause.Stopped());
    }

    /// Has the monitor end it in place of its owner, which has failed to, mostly for lack of memory, and does nothing for
    /// it any more. The monitor tries again until it succeeds. It takes no memory, and has no effect on a conversation
    /// that is over. **Thread**: the owner's, or before there is one.
    public final void abandon(Throwable why) {
        boolean first = abandonedFor == null;
        if (first) {
            abandonedFor = why;
        }
        // A lack of memory passes; a defect would come again and again.
        if (!isDone() && (first || why instanceof OutOfMemoryError)) {
            deadlineMonitor.askNow();
        }
    }

    /// Whether the monitor is to end it in place of its owner. **Thread**: any.
    public final boolean isAbandoned() {
        return abandonedFor != null;
    }

    private void endAbandoned(Throwable failure) {
        settle(new Cause.Failed(failure));
        sendsNothingMore();
        endInPlace();
    }

    /// Ends it in place of its owner: closes the socket, and completes it. When it has failed, it is called again.
    /// **Thread**: the monitor's.
    abstract void endInPlace();

    /// Claims it, so that its handler never begins, unless it has begun.
    final void claim() {
        boolean _ = tryClaim();
    }

    /// Wakes the owner out of its waits. **Thread**: any.
    abstract void shutdown();

    /// Closes the socket of a conversation that has no owner and never gets one. **Thread**: any.
    abstract void discard();

    /// Sets the monitor that calls [#watch]. Set before the conversation begins.
    public final void watchedBy(DeadlineMonitor asking) {
        deadlineMonitor = asking;
    }

    /// Makes the conversation end after this time, if that is sooner.
    final void endWithin(long nanos) {
        if (shorten(nanos)) {
            deadlineMonitor.askNow();
        }
    }

    /// Has the monitor look at a wait that has just begun, whose limit may be shorter than the time to its next look.
    final void looksAtWait() {
        deadlineMonitor.askNow();
    }

    /// The server's limits have changed: has the monitor check the new ones now. **Thread**: any.
    public void limitsChanged() {
        deadlineMonitor.askNow();
    }

    /// Ends it if a limit has passed. **Thread**: the monitor's.
    ///
    /// @return the nanoseconds until the next check, or -1 when there is nothing more to watch
    public final long watch() {
        if (isDone()) {
            return -1;
        }
        Throwable failure = abandonedFor;
        if (failure != null) {
            endAbandoned(failure);
            return -1;
        }
        Optional<Limit> limit = overdue();
        if (limit.isEmpty()) {
            return askAgainNanos();
        }
        if (cause() == null) {
            context.listener().limitReached(limit.get());
        }
        abort(new Cause.TimedOut(limit.get()));
        return -1;
    }

    // --- the future ---

    /// The owner begins.
    ///
    /// @return false when it was ended and completed before
    final boolean begin(@Nullable Thread handlerThread) {
        if (!tryBegin(handlerThread)) {
            return false;
        }
        context.listener().opened(this);
        return true;
    }

    /// Completes it: notifies the listener and runs the callbacks. Called by the owner or by the code that rejected it,
    /// and again when it has failed for lack of memory; what is done then is not repeated.
    final void complete(boolean wasOpened) {
        Cause why = cause();
        if (why == null) {
            throw new IllegalStateException("completed without a cause: " + this);
        }
        Consumer<Consumer<? super ConnectionFuture>> call = this::call;
        stopsAgeing();
        accountNothing();
        if (wasOpened && !closedTold) {
            context.listener().closed(this, why);
            closedTold = true;
        }
        // After the listener, so that a drained server has reported everything.
        leavesServer();
        deadlineMonitor.over();
        enterOver().forEach(call);
    }

    /// Records that it was rejected, before its end. **Thread**: the one that rejects it.
    public final void markRejected() {
        rejected = true;
    }

    /// Whether it was rejected. **Thread**: the one that ends it.
    public final boolean wasRejected() {
        return rejected;
    }

    /// Ends a rejected connection before its handler has begun; its socket is closed already.
    ///
    /// @return false when it was ended by another call
    public final boolean reject(Cause why) {
        return endEarly(why, false);
    }

    /// Ends a connection that has failed before its handler could begin; its socket is closed already. The listener is
    /// told of this end as of any other.
    ///
    /// @return false when it was ended by another call
    public final boolean failEarly(Cause why) {
        return endEarly(why, true);
    }

    private boolean endEarly(Cause why, boolean told) {
        boolean claimed = tryClaim();
        if (claimed) {
            settle(why);
            complete(told);
        }
        return claimed;
    }

    /// Removes it from the connections of its server.
    void leavesServer() {
        context.ended(this);
    }

    @Override
    public final boolean cancel() {
        return endUnbegun(new Cause.Stopped(), false);
    }

    /// Ends it in its handshake, because the server drains. The listener is told of this end as of any other. **Thread**: any.
    ///
    /// @return false when its handler has begun, or when it was ended by another call
    public final boolean stopEarly() {
        return endUnbegun(new Cause.Stopped(), true);
    }

    /// Ends it if its handler has not begun, so that the handler never begins.
    ///
    /// @param told whether the listener is told
    /// @return whether the handler had not begun
    boolean endUnbegun(Cause why, boolean told) {
        if (!tryClaim()) {
            return false;
        }
        settle(why);
        discard();
        complete(told);
        return true;
    }

    @Override
    public final Cause await(Duration atMost) throws InterruptedException, TimeoutException {
        awaitOver(ServerContext.nanos(atMost));
        return outcome().orElseThrow();
    }

    @Override
    public final void onDone(Consumer<? super ConnectionFuture> callback) {
        if (!keep(callback)) {
            call(callback);
        }
    }

    private void call(Consumer<? super ConnectionFuture> callback) {
        try {
            callback.accept(this);
        } catch (RuntimeException | Error e) {
            context.log().threw(System.Logger.Level.WARNING, "a done callback of ", this, e);
        }
    }

    // --- what the styles need ---

    @Override
    public final ConnectionInfo info() {
        return this;
    }

    /// Records that another thread goes on with the loop that serves it. **Thread**: any.
    public final void handedOff(String loop, String reason) {
        ConnectionRecorder recorder = context.recorder();
        if (recorder != null) {
            recorder.handedOff(this, loop, reason);
        }
    }

    /// Records that the buffers occupy nothing.
    void accountNothing() {
        // Without a socket in this process there are no buffers.
    }

    /// Its index in the server's list, as set by [#place(int)]. **Thread**: the one that keeps that list.
    public final int place() {
        return place;
    }

    /// Sets its index in the server's list, so that removing it takes no search.
    public final void place(int index) {
        place = index;
    }

    /// Whether the server is draining. **Thread**: any.
    public final boolean draining() {
        return context.draining();
    }

    /// The value kept under the attribute.
    public final <T> @Nullable T get(Attribute<T> attribute) {
        LazyState known = knownState();
        Attributes attributes = known == null ? null : known.attributes;
        return attributes == null ? null : attributes.get(attribute);
    }

    public final <T> void set(Attribute<T> attribute, @Nullable T value) {
        LazyState known = lazyState();
        Attributes attributes = known.attributes;
        if (attributes == null) {
            attributes = new Attributes();
            known.attributes = attributes;
        }
        attributes.set(attribute, value);
    }
}
