package dev.polyserve.conversation;

import dev.polyserve.ConnectionFuture;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The part of a connection's state that few connections need; it is created on first use, so that an idle connection
/// has one reference for all of it.
///
/// **Thread**: each member states its own.
final class LazyState {
    private static final VarHandle PROGRESS;

    static {
        try {
            PROGRESS = MethodHandles.lookup().findVarHandle(LazyState.class, "progress", PeerReadProgress.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// The callbacks for the end. **Thread**: that which holds the connection's lock.
    List<Consumer<? super ConnectionFuture>> callbacks = new ArrayList<>(0);
    /// The values that the handler has set. **Thread**: the owner.
    @Nullable
    Attributes attributes;
    /// The messages of senders, if they are for a loop. **Thread**: the owner.
    @Nullable
    LoopCrossThreadSendQueue senderQueue;
    /// The connection's own deadline, by its age. **Thread**: any.
    volatile long untilNanos = ServerContext.FOREVER_NANOS;
    /// How long it may wait for input, in place of the server's limits; 0: those apply. **Thread**: any.
    volatile long idleNanos;
    @SuppressWarnings("unused")
    private volatile @Nullable PeerReadProgress progress;

    /// What is known of the peer's progress; null until there is a sender, or a look finds a wait for room. **Thread**: any.
    @Nullable PeerReadProgress knownProgress() {
        return progress;
    }

    /// As [#knownProgress]; also makes it. **Thread**: any.
    PeerReadProgress progress() {
        PeerReadProgress known = progress;
        if (known == null) {
            PeerReadProgress made = new PeerReadProgress();
            known = (PeerReadProgress) PROGRESS.compareAndExchange(this, null, made);
            return known == null ? made : known;
        }
        return known;
    }
}
