package dev.polyserve.linux.system;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// What is asked of `io_uring_setup`, and what it answers: how large the ring is and where in its memory everything lies.
///
/// ```c
/// struct io_uring_params {              // 120 bytes
///     u32 sq_entries, cq_entries, flags, sq_thread_cpu, sq_thread_idle, features, wq_fd, resv[3];
///     struct io_sqring_offsets sq_off;  // at 40: head, tail, ring_mask, ring_entries, flags, dropped, array, …
///     struct io_cqring_offsets cq_off;  // at 80: head, tail, ring_mask, ring_entries, overflow, cqes, flags, …
/// };
/// ```
///
/// **Thread**: its maker's.
public final class RingParameters {
    /// The size of the completion queue is given.
    public static final int SETUP_CQSIZE = 1 << 3;
    /// What is too large is made smaller.
    public static final int SETUP_CLAMP = 1 << 4;
    /// It begins disabled, and belongs to the thread that enables it.
    public static final int SETUP_R_DISABLED = 1 << 6;
    /// A wrong order does not stop those behind it.
    public static final int SETUP_SUBMIT_ALL = 1 << 7;
    /// Completions do not interrupt the thread.
    public static final int SETUP_COOP_TASKRUN = 1 << 8;
    /// One thread submits.
    public static final int SETUP_SINGLE_ISSUER = 1 << 12;
    /// Completions are made when that thread asks for them.
    public static final int SETUP_DEFER_TASKRUN = 1 << 13;
    /// Orders are taken in turn, without an array that points at them.
    public static final int SETUP_NO_SQARRAY = 1 << 16;

    /// Both queues are in one mapping.
    public static final int FEAT_SINGLE_MMAP = 1;
    /// Completions that find no room are kept.
    public static final int FEAT_NODROP = 1 << 1;
    /// A wait takes a time limit.
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

    /// A wish.
    ///
    /// @param completions how many completions are to fit
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

    /// The flags that it has.
    public int flags() {
        return get(FLAGS);
    }

    /// What the kernel can do.
    public int features() {
        return get(FEATURES);
    }

    /// How many orders fit.
    public int submissions() {
        return get(SQ_ENTRIES);
    }

    /// How many completions fit.
    public int completions() {
        return get(CQ_ENTRIES);
    }

    /// Where the number of the next order that the kernel takes is.
    public int submissionHead() {
        return get(SQ_OFF + SQ_HEAD);
    }

    /// Where the number of the next order that is made is.
    public int submissionTail() {
        return get(SQ_OFF + SQ_TAIL);
    }

    /// Where the kernel tells of its state.
    public int submissionFlags() {
        return get(SQ_OFF + SQ_FLAGS);
    }

    /// Where the array is that points at the orders.
    public int submissionArray() {
        return get(SQ_OFF + SQ_ARRAY);
    }

    /// Where the number of the next completion that is taken is.
    public int completionHead() {
        return get(CQ_OFF + CQ_HEAD);
    }

    /// Where the number of the next completion that the kernel makes is.
    public int completionTail() {
        return get(CQ_OFF + CQ_TAIL);
    }

    /// Where the completions are.
    public int completionsAt() {
        return get(CQ_OFF + CQ_CQES);
    }

    /// How many bytes the mapping of both queues has.
    public long mappedBytes() {
        long array = (flags() & SETUP_NO_SQARRAY) != 0 ? 0 : submissionArray() + 4L * submissions();
        return Math.max(array, completionsAt() + (long) RingLayout.CQE_BYTES * completions());
    }
}
