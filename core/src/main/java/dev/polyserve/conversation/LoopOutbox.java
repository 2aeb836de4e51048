package dev.polyserve.conversation;

import java.util.concurrent.atomic.AtomicBoolean;

/// The outbox of a connection on an event loop: the loop is woken once, and takes everything in its own turn.
final class LoopOutbox extends Outbox {
    private final ProtocolDriver driver;
    private final AtomicBoolean woken = new AtomicBoolean();

    LoopOutbox(Conversation conversation, ProtocolDriver driver) {
        super(conversation);
        this.driver = driver;
    }

    @Override
    void wake() {
        if (woken.compareAndSet(false, true)) {
            driver.wake();
        }
    }

    /// The loop has come: whatever is put from now on wakes it again. **Thread**: the owner.
    void came() {
        woken.set(false);
    }
}
