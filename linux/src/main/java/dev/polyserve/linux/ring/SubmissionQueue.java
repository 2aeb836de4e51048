package dev.polyserve.linux.ring;

import dev.polyserve.linux.system.RingLayout;
import dev.polyserve.linux.system.RingParameters;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/// The submission queue: operations for the next `io_uring_enter`.
///
/// **Thread**: the loop's.
final class SubmissionQueue {
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    private final MemorySegment operations;
    private final MemorySegment queue;
    private final int capacity;
    private final int mask;
    private final long headAt;
    private final long tailAt;
    private final long flagsAt;
    private int tail;
    private int submitted;

    /// Creates the queue over the mapped memory of a ring.
    ///
    /// @param queue the mapping of both queues
    /// @param operations the mapping of the submission entries
    SubmissionQueue(MemorySegment queue, MemorySegment operations, RingParameters parameters) {
        this.queue = queue;
        this.operations = operations;
        this.capacity = parameters.submissions();
        this.mask = capacity - 1;
        this.headAt = parameters.submissionHead();
        this.tailAt = parameters.submissionTail();
        this.flagsAt = parameters.submissionFlags();
        if ((parameters.flags() & RingParameters.SETUP_NO_SQARRAY) == 0) {
            // Each entry keeps its index, so the array is written once.
            for (int i = 0; i < capacity; i++) {
                queue.set(ValueLayout.JAVA_INT, parameters.submissionArray() + 4L * i, i);
            }
        }
    }

    /// Returns how many operations wait for the next call.
    int waiting() {
        return tail - submitted;
    }

    /// Returns true when another operation fits.
    boolean hasRoom() {
        return tail - (int) INT.getAcquire(queue, headAt) < capacity;
    }

    /// Returns true when completions wait in the kernel for room.
    boolean completionsOverflowed() {
        return ((int) INT.getOpaque(queue, flagsAt) & RingLayout.SQ_CQ_OVERFLOW) != 0;
    }

    /// Publishes the queued operations to the kernel.
    void publish() {
        INT.setRelease(queue, tailAt, tail);
    }

    /// Records that the kernel has consumed `count` operations.
    void taken(int count) {
        submitted += count;
    }

    /// Queues an operation; there must be room.
    ///
    /// @param operation of [RingLayout], with its flags and its priority word: [#head]
    /// @param lengthAndFlags [#length]
    void add(long operation, int descriptor, long offset, long address, long lengthAndFlags, long userData,
            int bufferGroup) {
        long at = (long) (tail & mask) * RingLayout.SQE_BYTES;
        operations.set(ValueLayout.JAVA_LONG, at + RingLayout.SQE_HEAD, operation | ((long) descriptor << 32));
        operations.set(ValueLayout.JAVA_LONG, at + RingLayout.SQE_OFFSET, offset);
        operations.set(ValueLayout.JAVA_LONG, at + RingLayout.SQE_ADDRESS, address);
        operations.set(ValueLayout.JAVA_LONG, at + RingLayout.SQE_LENGTH, lengthAndFlags);
        operations.set(ValueLayout.JAVA_LONG, at + RingLayout.SQE_USER_DATA, userData);
        operations.set(ValueLayout.JAVA_LONG, at + RingLayout.SQE_BUFFER_GROUP, bufferGroup);
        operations.set(ValueLayout.JAVA_LONG, at + RingLayout.SQE_REST, 0);
        operations.set(ValueLayout.JAVA_LONG, at + RingLayout.SQE_REST + 8, 0);
        tail++;
    }

    /// Packs the first word of an entry, without the descriptor.
    static long head(int operation, int flags, int priority) {
        return operation | (flags << 8) | ((long) priority << 16);
    }

    /// Packs the word of the length and the operation's flags.
    static long length(int length, int operationFlags) {
        return (length & 0xffff_ffffL) | ((long) operationFlags << 32);
    }
}
