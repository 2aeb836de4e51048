package dev.polyserve.loop;

import dev.polyserve.ConnectionInfo;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// What the current turn of a loop is doing. The loop writes it at no cost; the stall monitor reads it.
///
/// **Thread**: the loop's writes, any thread reads.
final class TurnState {
    private static final VarHandle STARTED;
    private static final VarHandle SERVING;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STARTED = lookup.findVarHandle(TurnState.class, "startedNanos", long.class);
            SERVING = lookup.findVarHandle(TurnState.class, "serving", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// 0 while the loop waits.
    @SuppressWarnings("unused")
    private long startedNanos;
    /// A connection, the coroutine that serves one, or the coroutine of a task.
    @SuppressWarnings("unused")
    private @Nullable Object serving;

    /// Records the start of a turn; 0: the loop waits.
    void begins(long nanos) {
        STARTED.setOpaque(this, nanos);
    }

    /// The start of the turn; 0 while the loop waits.
    long startedNanos() {
        return (long) STARTED.getOpaque(this);
    }

    /// Records the connection, or its coroutine, that the turn serves; null: none.
    void serves(@Nullable Object connectionOrCoroutine) {
        SERVING.setOpaque(this, connectionOrCoroutine);
    }

    /// The connection that the turn serves, if known.
    @Nullable ConnectionInfo connection() {
        return switch (SERVING.getOpaque(this)) {
            case ConnectionInfo connection -> connection;
            case CoroutineWire wire -> wire.connection();
            case DatagramSessionCoroutineWire session -> session.connection();
            case MessageCoroutine messages -> messages.connection();
            case null, default -> null;
        };
    }

    /// The coroutine that the turn runs, if there is one.
    @Nullable Thread coroutine() {
        return switch (SERVING.getOpaque(this)) {
            case CoroutineWire wire -> wire.runningCoroutine();
            case DatagramSessionCoroutineWire session -> session.runningCoroutine();
            case MessageCoroutine messages -> messages.thread();
            case Thread task -> task;
            case null, default -> null;
        };
    }
}
