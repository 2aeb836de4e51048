package dev.polyserve.loop;

import dev.polyserve.conversation.Conversation;

/// A conversation that the loop does not serve: it only checks the time limits.
///
/// **Thread**: as [AbstractLoopConnection].
final class DeadlineOnlyConnection extends AbstractLoopConnection<Conversation> {
    DeadlineOnlyConnection(EventLoop loop) {
        super(loop);
    }

    @Override
    void perform(int what) {
        throw new IllegalStateException("asked for " + what + " of a connection that the loop does not serve");
    }
}
