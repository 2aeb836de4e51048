package dev.polyserve.loop;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.ConnectionBufferPool;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.HandlerBorder;
import dev.polyserve.conversation.HandlerConversation;
import dev.polyserve.conversation.HandlerHost;
import dev.polyserve.conversation.HostedWire;
import dev.polyserve.conversation.LoopBufferProvider;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.io.DatagramSession;
import dev.polyserve.io.DatagramSessionWire;
import org.jspecify.annotations.Nullable;

/// The wire of a session's handler that runs as a coroutine of an event loop, which may be another loop than the port's.
///
/// **Thread**: as [DatagramSessionWire]; [#start] the loop's.
public final class DatagramSessionCoroutineWire extends DatagramSessionWire
        implements
            LoopBufferProvider,
            HostedWire,
            Runnable {
    private final EventLoop loop;
    private final HandlerCoroutine coroutine;
    private volatile @Nullable HandlerConversation conversation;

    /// Creates the wire of a session.
    public DatagramSessionCoroutineWire(EventLoop loop, DatagramSession session) {
        super(session);
        this.loop = loop;
        this.coroutine = new HandlerCoroutine(loop, this);
    }

    @Override
    public HandlerHost host() {
        return coroutine;
    }

    @Override
    public HandlerBorder border() {
        return coroutine.border();
    }

    /// Sets the conversation that it is for, and watches its time limits. **Thread**: any, before it begins.
    public void watch(HandlerConversation served) {
        conversation = served;
        loop.watch(served);
    }

    /// Starts the coroutine that runs the conversation, unless that was ended before. **Thread**: the loop's.
    public void start() {
        loop.assertOwner();
        HandlerConversation served = conversation;
        if (served != null && served.cause() == null) {
            coroutine.start("polyserve-coroutine", this);
        }
    }

    /// Runs the conversation. **Thread**: the coroutine's.
    @Override
    public void run() {
        try {
            HandlerConversation served = conversation;
            if (served != null) {
                served.run();
            }
        } finally {
            loop.coroutines().leaves();
        }
    }

    @Nullable ConnectionInfo connection() {
        return conversation;
    }

    @Nullable Thread runningCoroutine() {
        return loop.coroutines().lendThread() ? coroutine.thread() : null;
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // exact: the loop is the scheduler
    protected void yieldsToOthers() {
        if (coroutine.mayUseLoop(Thread.currentThread())) {
            Thread.yield();
        }
    }

    @Override
    public long waitBeginsNanos(Conversation waiting, NanoClock clock) {
        return coroutine.waitBeginsNanos(waiting, clock);
    }

    @Override
    public BufferPool pool() {
        return coroutine.pool();
    }

    @Override
    public ConnectionBufferPool buffers() {
        return coroutine.buffers();
    }
}
