package dev.polyserve.loop;

import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.DeadlineMonitor;

/// Checks the time limits of a conversation, as often as they require, until it is over.
///
/// **Thread**: the loop's, except the methods of [DeadlineMonitor].
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
