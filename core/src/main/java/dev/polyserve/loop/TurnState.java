package dev.polyserve.loop;

import dev.polyserve.ConnectionInfo;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// What the present turn of a loop is doing: noted by the loop at no cost, read by the stall monitor.
///
/// **Thread**: the loop's writes, any reads.
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
    /// A connection, the coroutine that serves one, or that of a task.
    @SuppressWarnings("unused")
    private @Nullable Object serving;

    /// It begins; 0: the loop waits.
    void begins(long nanos) {
        STARTED.setOpaque(this, nanos);
    }

    /// When it began; 0 while the loop waits.
    long startedNanos() {
        return (long) STARTED.getOpaque(this);
    }

    /// It serves a connection, or the coroutine of one; null: nobody.
    void serves(@Nullable Object connectionOrCoroutine) {
        SERVING.setOpaque(this, connectionOrCoroutine);
    }

    /// Whom it serves, if that is known.
    @Nullable ConnectionInfo connection() {
        return switch (SERVING.getOpaque(this)) {
            case ConnectionInfo connection -> connection;
            case LoopWire wire -> wire.connection();
            case null, default -> null;
        };
    }

    /// The coroutine that it runs, if it does.
    @Nullable Thread coroutine() {
        return switch (SERVING.getOpaque(this)) {
            case LoopWire wire -> wire.runningCoroutine();
            case Thread task -> task;
            case null, default -> null;
        };
    }
}
