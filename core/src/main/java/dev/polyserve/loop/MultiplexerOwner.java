package dev.polyserve.loop;

import dev.polyserve.coroutine.carrier.CarrierThread;
import org.jspecify.annotations.Nullable;

/// The thread that owns a multiplexer: the first one that waits in it, with the virtual threads that it carries.
///
/// Before the first wait, the thread that sets the multiplexer up may call it; after the close, the one that unwinds
/// what is left.
///
/// **Thread**: any.
public final class MultiplexerOwner {
    private final String name;
    private volatile @Nullable Thread thread;
    private volatile boolean closed;

    /// @param name the multiplexer's name in messages
    public MultiplexerOwner(String name) {
        this.name = name;
    }

    /// Fails, where assertions are on, unless the caller is the thread that waits. The first caller becomes the owner.
    public void assertWaits() {
        assert waits() : refusal();
    }

    private boolean waits() {
        if (thread == null) {
            thread = Thread.currentThread();
        }
        return Thread.currentThread().equals(thread);
    }

    /// Fails, where assertions are on, unless the caller runs on the thread that waits, or none does.
    public void assertOwner() {
        assert isOwner() : refusal();
    }

    private boolean isOwner() {
        return switch (thread) {
            case null -> true;
            case CarrierThread carrier -> carrier.runsCaller() || closed;
            case Thread other -> other.equals(Thread.currentThread()) || closed;
        };
    }

    private String refusal() {
        return "the multiplexer " + name + " is owned by " + thread + ", but " + Thread.currentThread() + " called it";
    }

    /// Records that the multiplexer is closed.
    public void closed() {
        closed = true;
    }
}
