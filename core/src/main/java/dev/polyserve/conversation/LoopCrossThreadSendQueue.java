package dev.polyserve.conversation;

import java.util.concurrent.atomic.AtomicBoolean;

/// The sender queue of a connection on an event loop: it wakes the loop once, and the loop takes everything in its own
/// turn.
final class LoopCrossThreadSendQueue extends CrossThreadSendQueue {
    private final LoopProtocolConversation driven;
    private final AtomicBoolean woken = new AtomicBoolean();

    LoopCrossThreadSendQueue(LoopProtocolConversation driven) {
        super(driven);
        this.driven = driven;
    }

    @Override
    void wake() {
        if (woken.compareAndSet(false, true)) {
            try {
                driven.control.runSender(driven::takeQueued);
            } catch (OutOfMemoryError e) {
                woken.set(false); // the next message wakes it
                throw e;
            }
        }
    }

    /// The loop has started to take messages: later ones wake it again. **Thread**: the owner.
    void came() {
        woken.set(false);
    }
}
