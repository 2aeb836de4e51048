package dev.polyserve.loop;

import dev.polyserve.conversation.Conversation;
import java.util.concurrent.TimeUnit;

/// Checks the time limits of a conversation, as often as they require, until it is over, and ends it in place of an owner
/// that cannot.
///
/// **Thread**: the loop's; other threads have a [LimitRequest].
final class LimitTimer extends PeriodicTimer {
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Conversation conversation;

    LimitTimer(EventLoop loop, Conversation conversation) {
        super(loop);
        this.conversation = conversation;
    }

    @Override
    long run() {
        long pauseNanos = loop.limitPauseNanos();
        return pauseNanos > 0 && !conversation.isAbandoned() ? pauseNanos : conversation.watch();
    }

    /// A connection keeps its limits after a lack of memory.
    @Override
    long retryNanos() {
        return RETRY_NANOS;
    }
}
