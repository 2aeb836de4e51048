package dev.polyserve.conversation;

import java.util.concurrent.atomic.AtomicBoolean;

/// The outbox of a connection on an event loop: the loop is woken once, and takes everything in its own turn.
final class DrivenOutbox extends Outbox {
    private final Driver driver;
    private final AtomicBoolean woken = new AtomicBoolean();

    DrivenOutbox(Conversation conversation, Driver driver) {
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
