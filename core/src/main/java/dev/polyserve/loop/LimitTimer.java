package dev.polyserve.loop;

import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.DeadlineMonitor;
import java.util.concurrent.TimeUnit;

/// Checks the time limits of a conversation, as often as they require, until it is over.
///
/// **Thread**: the loop's, except the methods of [DeadlineMonitor].
final class LimitTimer extends PeriodicTimer implements DeadlineMonitor {
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

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
        loop.post(this::runSoon);
    }

    @Override
    public void over() {
        loop.postForLater(this::cancel);
    }
}
