package dev.polyserve.linux.ring;

import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.conversation.LimitException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The received, unread bytes of a connection: in buffers of its loop within a turn, in memory of its own beyond it.
///
/// ```
///   oldest   own memory ─▶ held buffers, in a chain   newest
/// ```
///
/// **Thread**: the loop's.
final class ReceiveQueue {
    /// Null while it is empty, as that of an idle connection is.
    private @Nullable ByteQueue own;
    private int firstHeld = ReceiveBuffers.NONE;
    private int lastHeld = ReceiveBuffers.NONE;

    boolean isEmpty() {
        return firstHeld == ReceiveBuffers.NONE && own == null;
    }

    /// Returns the number of bytes in memory of its own.
    int ownBytes() {
        return own == null ? 0 : own.size();
    }

    /// Holds a filled buffer.
    ///
    /// @return true when it is the first buffer held
    boolean hold(ReceiveBuffers buffers, int buffer, int count) {
        buffers.filled(buffer, count);
        boolean first = firstHeld == ReceiveBuffers.NONE;
        if (first) {
            firstHeld = buffer;
        } else {
            buffers.link(lastHeld, buffer);
        }
        lastHeld = buffer;
        return first;
    }

    /// Takes as many bytes as fit.
    ///
    /// @return the number of bytes taken
    int take(ReceiveBuffers buffers, ByteBuffer into, BufferBudget budget) {
        int count = takeOwn(into, budget);
        while (firstHeld != ReceiveBuffers.NONE && into.hasRemaining()) {
            count += buffers.take(firstHeld, into);
            if (buffers.left(firstHeld) == 0) {
                giveFirstBack(buffers);
            }
        }
        return count;
    }

    private int takeOwn(ByteBuffer into, BufferBudget budget) {
        ByteQueue from = own;
        if (from == null) {
            return 0;
        }
        int count = from.take(into, budget);
        if (from.isEmpty()) {
            own = null;
        }
        return count;
    }

    /// Copies the bytes of the held buffers to memory of its own.
    ///
    /// @throws LimitException when the budget has too little left
    void copyHeld(ReceiveBuffers buffers, BufferBudget budget) throws LimitException {
        if (firstHeld == ReceiveBuffers.NONE) {
            return;
        }
        ByteQueue into = own == null ? new ByteQueue() : own;
        into.reserve(heldBytes(buffers), budget);
        own = into;
        while (firstHeld != ReceiveBuffers.NONE) {
            buffers.takeAll(firstHeld, into, budget);
            giveFirstBack(buffers);
        }
    }

    private int heldBytes(ReceiveBuffers buffers) {
        int count = 0;
        for (int held = firstHeld; held != ReceiveBuffers.NONE; held = buffers.next(held)) {
            count += buffers.left(held);
        }
        return count;
    }

    /// Discards everything.
    void clear(ReceiveBuffers buffers, BufferBudget budget) {
        while (firstHeld != ReceiveBuffers.NONE) {
            giveFirstBack(buffers);
        }
        if (own != null) {
            own.clear(budget);
            own = null;
        }
    }

    private void giveFirstBack(ReceiveBuffers buffers) {
        int given = firstHeld;
        firstHeld = buffers.next(given);
        buffers.giveBack(given);
    }
}
