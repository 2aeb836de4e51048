package dev.polyserve.loop;

import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.DeadlineMonitor;

/// Asks a conversation for its time limits, as often as they need it, until it is over.
///
/// **Thread**: the loop's, but for what a [Conversation.Watcher] is told.
final class LimitTimer extends PeriodicTimer implements DeadlineMonitor {
    private final Conversation conversation;

    LimitTimer(EventLoop loop, Conversation conversation) {
        super(loop);
        this.conversation = conversation;
    }

    @Override
    long run() {
        return conversation.watch();
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
