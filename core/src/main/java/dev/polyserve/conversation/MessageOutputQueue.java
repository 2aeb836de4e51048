package dev.polyserve.conversation;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The outputs of a connection's messages: a queue of replies that join the connection's output in order, and spare
/// ones for later messages, of other connections too.
///
/// **Thread**: the owner; [#areOf] any.
final class MessageOutputQueue {
    private static final MessageOutput[] EMPTY = {};
    /// Those of a connection that handles no message: they are only asked, and never change.
    static final MessageOutputQueue NONE = new MessageOutputQueue();

    private MessageOutput[] all = EMPTY;
    private @Nullable MessageOutput first;
    private @Nullable MessageOutput last;
    /// How many messages are in handling.
    int inFlight;
    /// The output of which a part of a piece was sent, where no order is kept: the rest of it is next.
    @Nullable
    MessageOutput partlySent;

    /// One that no message uses.
    MessageOutput unused() {
        for (MessageOutput output : all) {
            if (output.isUnused()) {
                return output;
            }
        }
        MessageOutput created = new MessageOutput();
        all = Arrays.copyOf(all, all.length + 1);
        all[all.length - 1] = created;
        return created;
    }

    /// How many there are, used or not.
    int size() {
        return all.length;
    }

    /// Makes all of them unused.
    void clear() {
        first = null;
        last = null;
        inFlight = 0;
        partlySent = null;
        for (MessageOutput output : all) {
            output.discard();
        }
    }

    /// Puts one at the end of the queue.
    void append(MessageOutput output) {
        if (last == null) {
            first = output;
        } else {
            last.following = output;
        }
        last = output;
    }

    /// Puts one at the front of the queue.
    void prepend(MessageOutput output) {
        output.following = first;
        first = output;
        if (last == null) {
            last = output;
        }
    }

    /// The first of the queue.
    @Nullable MessageOutput first() {
        return first;
    }

    /// Takes the first of the queue out of it.
    void removeFirst(MessageOutput output) {
        assert output == first;
        first = output.following;
        output.following = null;
        if (first == null) {
            last = null;
        }
    }

    /// Makes the handlers that wait for the conversation look again.
    void wakeWaiting() {
        for (MessageOutput output : all) {
            output.wake();
        }
    }

    /// Interrupts the handlers.
    void interrupt() {
        for (MessageOutput output : all) {
            output.interrupt();
        }
    }

    /// Whether one of the handlers of the connection runs on the thread, which asks: another connection may have them by
    /// now, but not for a message that this thread handles. **Thread**: any.
    boolean areOf(MessageConversation<?> connection, Thread thread) {
        for (MessageOutput output : all) {
            if (output.isOf(connection, thread)) {
                return true;
            }
        }
        return false;
    }

    /// Whether an outgoing connection of a handler of this connection threw it.
    boolean haveThrown(MessageConversation<?> connection, Throwable error) {
        for (MessageOutput output : all) {
            if (output.hasThrown(connection, error)) {
                return true;
            }
        }
        return false;
    }

    /// The bytes that they occupy.
    long retainedBytes() {
        long bytes = 0;
        for (MessageOutput output : all) {
            bytes += output.collected().capacity();
        }
        return bytes;
    }
}
