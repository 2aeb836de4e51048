package dev.polyserve.linux.ring;

import dev.polyserve.linux.system.RingLayout;
import dev.polyserve.linux.system.RingParameters;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/// The completion queue: the kernel's results.
///
/// **Thread**: the loop's.
final class CompletionQueue {
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    private final MemorySegment queue;
    private final int mask;
    private final long headAt;
    private final long tailAt;
    private final long first;
    private int head;

    CompletionQueue(MemorySegment queue, RingParameters parameters) {
        this.queue = queue;
        this.mask = parameters.completions() - 1;
        this.headAt = parameters.completionHead();
        this.tailAt = parameters.completionTail();
        this.first = parameters.completionsAt();
    }

    boolean any() {
        return head != (int) INT.getAcquire(queue, tailAt);
    }

    /// Delivers all available completions, and makes room for more.
    ///
    /// @return the number of completions
    int take(Completed completed) {
        int tail = (int) INT.getAcquire(queue, tailAt);
        int count = tail - head;
        while (head != tail) {
            long at = first + (long) (head & mask) * RingLayout.CQE_BYTES;
            head++; // first: none is delivered twice, whatever happens, or a buffer would be held twice
            completed.completed(queue.get(ValueLayout.JAVA_LONG, at + RingLayout.CQE_USER_DATA),
                    queue.get(ValueLayout.JAVA_INT, at + RingLayout.CQE_RESULT),
                    queue.get(ValueLayout.JAVA_INT, at + RingLayout.CQE_FLAGS));
        }
        if (count > 0) {
            INT.setRelease(queue, headAt, head);
        }
        return count;
    }

    @FunctionalInterface
    interface Completed {
        /// Reports that an operation is complete, or a part of it. It must not throw.
        ///
        /// @param result a value, or `-errno`
        void completed(long userData, int result, int flags);
    }
}
