package dev.polyserve.linux.system;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The parameters of `io_uring_setup` and its results: the sizes of the ring, and the offsets in its memory.
///
/// ```c
/// struct io_uring_params {              // 120 bytes
///     u32 sq_entries, cq_entries, flags, sq_thread_cpu, sq_thread_idle, features, wq_fd, resv[3];
///     struct io_sqring_offsets sq_off;  // at 40: head, tail, ring_mask, ring_entries, flags, dropped, array, …
///     struct io_cqring_offsets cq_off;  // at 80: head, tail, ring_mask, ring_entries, overflow, cqes, flags, …
/// };
/// ```
///
/// **Thread**: the thread that created it.
public final class RingParameters {
    /// The parameters give the size of the completion queue.
    public static final int SETUP_CQSIZE = 1 << 3;
    /// The kernel reduces sizes that are too large.
    public static final int SETUP_CLAMP = 1 << 4;
    /// The ring starts disabled, and belongs to the thread that enables it.
    public static final int SETUP_R_DISABLED = 1 << 6;
    /// An invalid operation does not stop those after it.
    public static final int SETUP_SUBMIT_ALL = 1 << 7;
    /// Completions do not interrupt the thread.
    public static final int SETUP_COOP_TASKRUN = 1 << 8;
    /// Only one thread submits.
    public static final int SETUP_SINGLE_ISSUER = 1 << 12;
    /// The kernel posts completions when that thread enters the ring to get them.
    public static final int SETUP_DEFER_TASKRUN = 1 << 13;
    /// The submission queue has no index array; the kernel takes entries in order.
    public static final int SETUP_NO_SQARRAY = 1 << 16;

    /// Both queues share one mapping.
    public static final int FEAT_SINGLE_MMAP = 1;
    /// The kernel keeps completions that find no room.
    public static final int FEAT_NODROP = 1 << 1;
    /// A wait accepts a time limit.
    public static final int FEAT_EXT_ARG = 1 << 8;

    static final int BYTES = 120;
    static final int SQ_ENTRIES = 0;
    static final int CQ_ENTRIES = 4;
    static final int FLAGS = 8;
    static final int FEATURES = 20;
    static final int SQ_OFF = 40;
    static final int CQ_OFF = 80;

    static final int SQ_HEAD = 0;
    static final int SQ_TAIL = 4;
    static final int SQ_FLAGS = 16;
    static final int SQ_ARRAY = 24;
    static final int CQ_HEAD = 0;
    static final int CQ_TAIL = 4;
    static final int CQ_CQES = 20;

    private final MemorySegment memory = Arena.ofAuto().allocate(BYTES, 8);

    /// Creates the parameters of a request.
    ///
    /// @param completions the number of completions that must fit
    public RingParameters(int flags, int completions) {
        set(FLAGS, flags);
        set(CQ_ENTRIES, completions);
    }

    long address() {
        return memory.address();
    }

    private int get(int offset) {
        return memory.get(ValueLayout.JAVA_INT, offset);
    }

    private void set(int offset, int value) {
        memory.set(ValueLayout.JAVA_INT, offset, value);
    }

    public int flags() {
        return get(FLAGS);
    }

    /// Returns the features of the kernel.
    public int features() {
        return get(FEATURES);
    }

    /// Returns the number of submissions that fit.
    public int submissions() {
        return get(SQ_ENTRIES);
    }

    /// Returns the number of completions that fit.
    public int completions() {
        return get(CQ_ENTRIES);
    }

    /// Returns the offset of the submission queue's head, which the kernel advances.
    public int submissionHead() {
        return get(SQ_OFF + SQ_HEAD);
    }

    /// Returns the offset of the submission queue's tail.
    public int submissionTail() {
        return get(SQ_OFF + SQ_TAIL);
    }

    /// Returns the offset of the submission queue's flags, set by the kernel.
    public int submissionFlags() {
        return get(SQ_OFF + SQ_FLAGS);
    }

    /// Returns the offset of the submission queue's index array.
    public int submissionArray() {
        return get(SQ_OFF + SQ_ARRAY);
    }

    /// Returns the offset of the completion queue's head.
    public int completionHead() {
        return get(CQ_OFF + CQ_HEAD);
    }

    /// Returns the offset of the completion queue's tail, which the kernel advances.
    public int completionTail() {
        return get(CQ_OFF + CQ_TAIL);
    }

    /// Returns the offset of the completion entries.
    public int completionsAt() {
        return get(CQ_OFF + CQ_CQES);
    }

    /// Returns the size of the mapping of both queues in bytes.
    public long mappedBytes() {
        long array = (flags() & SETUP_NO_SQARRAY) != 0 ? 0 : submissionArray() + 4L * submissions();
        return Math.max(array, completionsAt() + (long) RingLayout.CQE_BYTES * completions());
    }
}
