package dev.polyserve.loop;

import dev.polyserve.conversation.ConnectionBufferPool;
import dev.polyserve.conversation.MessageConversation;
import dev.polyserve.coroutine.queue.OutOfMemorySafeQueue;
import org.jspecify.annotations.Nullable;

/// The coroutines of a loop that handle messages. One of them runs all messages that are due, one after another, as
/// long as no handler waits; when one does, another coroutine goes on with the rest.
///
/// ```
///   add ─▶ due ─▶ dispatch (between two continuations): a coroutine is resumed, if none is about to run
///                    │
///                    └─ the last one waits in a handler: its connection sends the replies so far
/// ```
///
/// So messages whose handlers do not wait cost one switch a turn, and no coroutine is created for them. A coroutine
/// that has nothing to run parks here, to be used again; their number is bounded.
///
/// **Thread**: the loop's, including its coroutines.
final class MessageCoroutines {
    /// The most parked coroutines; more than are needed for handlers that wait now and then.
    private static final int MOST_IDLE = 256;

    private final EventLoop loop;
    private final ConnectionBufferPool buffers;
    private final OutOfMemorySafeQueue<MessageConversation<?>> due = new OutOfMemorySafeQueue<>();
    private final OutOfMemorySafeQueue<MessageCoroutine> idle = new OutOfMemorySafeQueue<>();
    /// Whether a coroutine was resumed that has not run yet.
    private boolean resumed;
    /// The connection whose handler a coroutine has entered and not left since the last [#dispatch].
    private @Nullable MessageConversation<?> entered;
    private boolean ended;

    MessageCoroutines(EventLoop loop) {
        this.loop = loop;
        this.buffers = new ConnectionBufferPool();
    }

    /// The buffers of its connections that are not idle.
    ConnectionBufferPool buffers() {
        loop.assertOwner();
        return buffers;
    }

    /// Adds a connection with a message to handle.
    void add(MessageConversation<?> conversation) {
        loop.assertOwner();
        due.add(conversation);
    }

    boolean areDue() {
        return !due.isEmpty();
    }

    /// Has a coroutine run what is due. Called on the loop before each continuation.
    void dispatch() {
        MessageConversation<?> waits = entered;
        if (waits != null) {
            entered = null;
            waits.handlerWaits();
        }
        if (!resumed && !due.isEmpty()) {
            MessageCoroutine next = idle.pollLast();
            if (next == null) {
                next = new MessageCoroutine(loop, this);
            }
            next.resume();
            resumed = true;
        }
    }

    /// Ends the parked coroutines; others end when they have nothing to run.
    void end() {
        ended = true;
        idle.takeAll(MessageCoroutine::resume);
    }

    // --- the coroutine's side ---

    /// A resumed coroutine runs.
    void runs() {
        resumed = false;
    }

    /// The next connection with a message to handle.
    @Nullable MessageConversation<?> next() {
        MessageConversation<?> next = due.poll();
        entered = next;
        return next;
    }

    /// The message is handled.
    void left() {
        entered = null;
    }

    /// Keeps a coroutine that has nothing to run.
    ///
    /// @return false if it is to end
    boolean keep(MessageCoroutine coroutine) {
        boolean keeps = !ended && idle.size() < MOST_IDLE;
        if (keeps) {
            idle.add(coroutine);
        }
        return keeps;
    }
}
