package dev.polyserve.conversation;

import dev.polyserve.coroutine.carrier.NonQueueingLock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The connections that one handler has begun, and that are not over.
///
/// **Thread**: the handler's, except [#isOver], [#abortAll], [#abandonAll] and the removal.
public final class HandlerOutgoingConnections {
    private final NonQueueingLock lock = new NonQueueingLock();
    /// Guarded by `lock`, like the one below.
    private final List<OutgoingConversation> open = new ArrayList<>(1);
    private boolean aborted;
    /// What the last of them has thrown because of its peer or of its own limits. Owned by the handler's thread.
    private @Nullable IOException thrown;

    /// Creates an empty set.
    public HandlerOutgoingConnections() {}

    /// Adds one; it is aborted if the others were.
    void add(OutgoingConversation conversation) {
        lock.lock();
        try {
            open.add(conversation);
            if (!aborted) {
                return;
            }
        } finally {
            lock.unlock();
        }
        conversation.abort();
    }

    /// Whether what is added is ended at once. **Thread**: any.
    boolean isOver() {
        lock.lock();
        try {
            return aborted;
        } finally {
            lock.unlock();
        }
    }

    /// Removes one that is over.
    void remove(OutgoingConversation conversation) {
        lock.lock();
        try {
            open.remove(conversation);
        } finally {
            lock.unlock();
        }
    }

    /// One of them is about to throw it, because of what its peer has sent, or of a limit of its own.
    void threw(IOException because) {
        thrown = because;
    }

    /// Whether one of them threw it as the last one.
    boolean hasThrown(Throwable error) {
        return error.equals(thrown);
    }

    private List<OutgoingConversation> open() {
        lock.lock();
        try {
            return List.copyOf(open);
        } finally {
            lock.unlock();
        }
    }

    /// Aborts all of them, and those that are added from now on, with [dev.polyserve.Cause.Stopped]. **Thread**: any.
    void abortAll() {
        lock.lock();
        try {
            aborted = true;
        } finally {
            lock.unlock();
        }
        open().forEach(OutgoingConversation::abort);
    }

    /// Ends those that nothing owns, and those that are added from now on. **Thread**: any.
    public void endAllUnowned() {
        lock.lock();
        try {
            aborted = true;
        } finally {
            lock.unlock();
        }
        open().forEach(OutgoingConversation::endUnowned);
    }

    /// Has their monitors end them, because the handler's thread cannot. **Thread**: any.
    void abandonAll() {
        abortAll();
        open().forEach(each -> each.abandon(new IOException("the handler that began the connection has ended")));
    }

    /// Ends all of them, at the end of the handler, which has entered the library.
    ///
    /// @param whole whether what was collected is still sent; otherwise they are reset
    void endAll(boolean whole) {
        open().forEach(each -> each.endWithHandler(whole));
    }
}
