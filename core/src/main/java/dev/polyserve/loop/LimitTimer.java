package dev.polyserve.loop;

import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.DeadlineMonitor;
import java.util.concurrent.TimeUnit;

/// Checks the time limits of a conversation, as often as they require, until it is over, and ends it in place of an owner
/// that cannot.
///
/// **Thread**: the loop's, except the methods of [DeadlineMonitor], which take no memory.
final class LimitTimer extends PeriodicTimer implements DeadlineMonitor {
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int CHECK = 1;
    private static final int CANCEL = 2;

    private final Conversation conversation;

    LimitTimer(EventLoop loop, Conversation conversation) {
        super(loop);
        this.conversation = conversation;
    }

    @Override
    long run() {
        return conversation.watch();
    }

    /// A connection keeps its limits after a lack of memory.
    @Override
    long retryNanos() {
        return RETRY_NANOS;
    }

    @Override
    public void askNow() {
        loop.ask(this, CHECK);
    }

    @Override
    public void over() {
        loop.askForLater(this, CANCEL);
    }

    @Override
    void perform(int what) {
        if ((what & CANCEL) != 0) {
            cancel();
        } else {
            runSoon();
        }
    }
}
