package dev.polyserve.linux.ring;

import dev.polyserve.conversation.BrokenPipeException;
import dev.polyserve.conversation.LimitException;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.PollDescriptors;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The sending half of a connection on a ring: one send at a time.
///
/// ```
///   connecting ─▶ poll ─▶ decided: connected, or not
///   in the arena ─▶ settled: all sent
///         └─▶ short or refused ─▶ the rest waits ─▶ poll ─▶ in the arena again
/// ```
///
/// **Thread**: the loop's.
final class RingOutput {
    /// Null while there is nothing.
    private @Nullable ByteQueue unsent;
    private int arenaAt;
    private int arenaBytes;
    private boolean polling;
    private boolean cancelling;
    private boolean roomAgain;
    /// Whether the socket is not connected yet, so that nothing can be sent.
    private boolean connecting;
    private @Nullable IOException failure;

    /// Returns true when the kernel has accepted every byte.
    boolean idle() {
        return !connecting && arenaBytes == 0 && unsent == null;
    }

    /// Records that the socket is being connected, or is connected.
    void connecting(boolean underWay) {
        connecting = underWay;
        roomAgain = false;
    }

    /// Returns true when the poll of a socket that is being connected has ended.
    boolean isConnectDecided() {
        return connecting && roomAgain;
    }

    /// Returns true while an operation is in flight.
    boolean busy() {
        return polling || arenaBytes > 0;
    }

    boolean failed() {
        return failure != null;
    }

    /// Whether the connection is lost: what the peer has sent may be cut, too.
    boolean lost() {
        return failure != null && !(failure instanceof BrokenPipeException);
    }

    void throwIfFailed() throws IOException {
        if (failure != null) {
            throw NoMemoryException.toThrow(failure);
        }
    }

    /// Records the failure and discards the unsent bytes; nothing more is sent.
    void fail(IOException why, RingOperations operations) {
        failure = why;
        clear(operations);
    }

    /// Puts the next bytes into the arena, and moves the buffer's position.
    void put(RingSocket socket, int descriptor, RingOperations operations, ByteBuffer bytes) {
        int before = bytes.remaining();
        arenaAt = operations.send(socket, descriptor, bytes);
        arenaBytes = before - bytes.remaining();
    }

    /// Handles a short or failed send. Only such a send has a completion.
    void refused(RingSocket socket, RingOperations operations, int result) {
        int taken = Math.max(result, 0);
        if (result >= 0 || result == -Errno.EAGAIN || result == -Errno.EINTR) {
            roomAgain = false;
            try {
                keepUnsent(taken, operations);
            } catch (LimitException e) {
                fail(e, operations);
            } catch (OutOfMemoryError e) {
                fail(NoMemoryException.UNSENT, operations);
            }
            operations.due(socket);
        } else {
            fail(NoMemoryException.failureOf("send", result), operations);
        }
        arenaBytes = 0;
    }

    private void keepUnsent(int taken, RingOperations operations) throws LimitException {
        ByteQueue into = unsent == null ? new ByteQueue() : unsent;
        operations.unsent(into, arenaAt + taken, arenaBytes - taken);
        unsent = into.isEmpty() ? null : into;
    }

    /// Records that the poll has ended: there is room again, or will never be.
    void polled() {
        polling = false;
        cancelling = false;
        roomAgain = true;
    }

    /// Submits the next operation for the unsent bytes, or for the connect.
    void submit(RingSocket socket, int descriptor, RingOperations operations) {
        ByteQueue left = unsent;
        if ((left == null && !connecting) || busy() || isConnectDecided()) {
            return;
        }
        if (roomAgain && left != null) {
            put(socket, descriptor, operations, left.bytes());
            clear(operations);
        } else {
            polling = true;
            operations.poll(socket, descriptor, PollDescriptors.OUT);
        }
    }

    /// Settles the bytes that were submitted and not refused: they are sent.
    ///
    /// @return true when there were any
    boolean settle() {
        boolean any = arenaBytes > 0;
        arenaBytes = 0;
        return any;
    }

    /// Cancels the poll, if there is one.
    void cancel(RingSocket socket, RingOperations operations) {
        if (polling && !cancelling) {
            cancelling = true;
            operations.cancel(socket, RingOperationKind.POLL);
        }
    }

    /// Discards the unsent bytes.
    void clear(RingOperations operations) {
        if (unsent != null) {
            unsent.clear(operations.budget());
            unsent = null;
        }
    }
}
