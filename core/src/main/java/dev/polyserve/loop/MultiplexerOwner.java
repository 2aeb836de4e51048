package dev.polyserve.loop;

import org.jspecify.annotations.Nullable;

/// The thread that owns a multiplexer: the first one that waits in it. If that is the thread of an event loop, it is the
/// one that runs the loop now, with the virtual threads that run the library's code there.
///
/// Before the first wait, the thread that sets the multiplexer up may call it; after the close, the one that unwinds
/// what is left.
///
/// **Thread**: any.
public final class MultiplexerOwner {
    private final String name;
    private volatile @Nullable Thread thread;
    /// The loop of that thread, if it has one. Written before the thread.
    private volatile @Nullable EventLoop loop;
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
            loop = Thread.currentThread() instanceof LoopThread first ? first.loop() : null;
            thread = Thread.currentThread();
        }
        return Thread.currentThread().equals(loop == null ? thread : loop.thread());
    }

    /// Fails, where assertions are on, unless the caller runs on the thread that waits, or none does.
    public void assertOwner() {
        assert isOwner() : refusal();
    }

    private boolean isOwner() {
        Thread waiting = thread;
        EventLoop running = loop;
        return waiting == null || closed
                || (running == null ? waiting.equals(Thread.currentThread()) : running.isOwnerCalling());
    }

    /// Whether the caller runs on the thread that waits, and has its loop for itself; false before the first wait, and after
    /// the close.
    public boolean isCalling() {
        EventLoop running = loop;
        return !closed && (running == null ? Thread.currentThread().equals(thread) : running.isOwnerCalling());
    }

    private String refusal() {
        return "the multiplexer " + name + " is owned by " + (loop == null ? thread : loop.thread()) + ", but "
                + Thread.currentThread() + " called it";
    }

    /// Records that the multiplexer is closed.
    public void closed() {
        closed = true;
    }
}
