package dev.polyserve.conversation;

import dev.polyserve.Cause;

/// What both styles do when the handler gives its connection up.
///
/// **Thread**: the owner.
final class GivenUp {
    private GivenUp() {}

    /// Settles the cause, unless there is one, and makes the socket's close a reset.
    static void reset(Conversation conversation, Cause why, Runnable resetOnClose) {
        if (conversation.settle(why)) {
            switch (why) {
                case Cause.TimedOut timedOut -> conversation.context.listener().limitReached(timedOut.limit());
                case Cause.LimitReached reached -> conversation.context.listener().limitReached(reached.limit());
                case Cause.Done _, Cause.PeerReset _, Cause.Failed _, Cause.Stopped _ -> {
                    // No limit.
                }
            }
        }
        conversation.sendsNothingMore();
        resetOnClose.run();
    }
}
