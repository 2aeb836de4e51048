package dev.polyserve.conversation;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The outputs of a connection's messages: a queue of those whose replies are to join the connection's output, and all of
/// them, to be used again by later messages.
///
/// **Thread**: the owner; [#areOf] any.
final class MessageOutputs {
    /// Those in use have handlers.
    private MessageOutput[] all = {};
    private @Nullable MessageOutput first;
    private @Nullable MessageOutput last;

    /// One that no message uses; null: all are in use.
    @Nullable MessageOutput unused() {
        for (MessageOutput output : all) {
            if (!output.inUse() && output.following == null && output != last) {
                return output;
            }
        }
        return null;
    }

    void add(MessageOutput created) {
        all = Arrays.copyOf(all, all.length + 1);
        all[all.length - 1] = created;
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

    /// Whether one of the handlers runs on the thread. **Thread**: any.
    boolean areOf(Thread thread) {
        for (MessageOutput output : all) {
            if (output.isOf(thread)) {
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
