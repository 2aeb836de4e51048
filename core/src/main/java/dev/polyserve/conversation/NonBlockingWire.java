package dev.polyserve.conversation;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A wire whose owner can use it without waiting, and can wait for two of them at a time, as a relay does.
///
/// **Thread**: the owner, which has entered the library; all but [#sharesOwnerWith] only where that has returned true.
public interface NonBlockingWire {
    /// To await bytes, or the end of input.
    int INPUT = 1;
    /// To await that the kernel accepts more output.
    int ROOM = 2;

    /// Whether the calling thread owns both wires, has their loop for itself, and can wait without blocking it.
    boolean sharesOwnerWith(NonBlockingWire other);

    /// An array that the loop lends until the next wait.
    HeapBuffer scratch();

    /// Reads the bytes that are there.
    ///
    /// @return how many, 0 when there are none, or [Wire#END]
    int readNow(ByteBuffer into) throws IOException;

    /// Writes the bytes that the kernel accepts.
    void writeNow(ByteBuffer bytes) throws IOException;

    /// Ends the output.
    ///
    /// @return false if the kernel has no room for what comes before the end: it is to be called again
    boolean endOutputNow() throws IOException;

    /// Waits until one of the two wires, or both, can go on, or is over, or the time has passed.
    ///
    /// @param awaited of this wire, [#INPUT] and [#ROOM] or neither
    /// @param awaitedOfOther the same of the other wire; one of the two awaits something
    /// @param atMostNanos [ServerContext#FOREVER_NANOS] for no limit
    void awaitEither(int awaited, NonBlockingWire other, int awaitedOfOther, long atMostNanos) throws IOException;

    /// Waits until the loop has served others.
    void awaitTurn() throws IOException;
}
