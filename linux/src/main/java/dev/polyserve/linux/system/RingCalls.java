package dev.polyserve.linux.system;

import static dev.polyserve.linux.system.SystemCalls.call;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The three calls of io_uring (`io_uring_setup(2)`, `io_uring_enter(2)`, `io_uring_register(2)`).
///
/// **Thread**: any before the ring is enabled; afterwards only the thread that has enabled it.
public final class RingCalls {
    /// For [#enter]: waits for completions.
    public static final int ENTER_GETEVENTS = 1;
    /// For [#enter]: names the ring by its registered index.
    public static final int ENTER_REGISTERED_RING = 1 << 4;
    static final int ENTER_EXT_ARG = 1 << 3;

    static final int REGISTER_PROBE = 8;
    static final int REGISTER_ENABLE_RINGS = 12;
    static final int REGISTER_RING_FDS = 20;
    static final int REGISTER_PBUF_RING = 22;
    static final int UNREGISTER_PBUF_RING = 23;
    static final int REGISTER_SYNC_CANCEL = 24;

    /// ```c
    /// struct io_uring_getevents_arg { u64 sigmask; u32 sigmask_sz, min_wait_usec; u64 ts; };
    /// ```
    static final int ARGUMENT_BYTES = 24;
    private static final int ARGUMENT_WORD = 2;
    private static final int ARGUMENT_TIMESPEC_WORD = 4;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /// ```c
    /// struct io_uring_probe { u8 last_op, ops_len; …; struct { u8 op, resv; u16 flags; u32 resv2; } ops[]; };
    /// ```
    static final int PROBE_BYTES = 16;
    static final int PROBE_OPERATION_BYTES = 8;
    static final int PROBE_OPERATION_FLAGS = 2;
    static final int PROBE_SUPPORTED = 1;
    private static final int PROBED_OPERATIONS = 64;

    /// ```c
    /// struct io_uring_buf_reg { u64 ring_addr; u32 ring_entries; u16 bgid, flags; u64 resv[3]; };
    /// ```
    static final int BUFFERS_BYTES = 40;
    static final int BUFFERS_ENTRIES = 8;
    static final int BUFFERS_GROUP = 12;

    /// ```c
    /// struct io_uring_sync_cancel_reg { u64 addr; s32 fd; u32 flags; timespec timeout; u8 opcode, …; };
    /// ```
    static final int CANCEL_BYTES = 64;
    static final int CANCEL_FLAGS = 12;
    static final int CANCEL_TIMEOUT = 16;
    /// For [#cancel]: cancels every operation.
    static final int CANCEL_ALL_ANY = 1 | (1 << 2);

    private RingCalls() {}

    /// `io_uring_setup(2)`.
    ///
    /// @return the ring's descriptor
    public static int setup(SystemCallMemory memory, int submissions, RingParameters parameters) {
        return (int) call(memory, SystemCallNumber.IO_URING_SETUP, submissions, parameters.address(), 0, 0, 0, 0);
    }

    /// `io_uring_enter(2)`: submits, and waits until this many completions are available or the time has passed.
    ///
    /// @param atMostNanos [ReadinessWaitCalls#FOREVER] for no limit
    /// @return the number of operations submitted
    public static int enter(SystemCallMemory memory, int ring, int submitted, int completions, int flags,
            long atMostNanos) {
        boolean limited = completions > 0 && atMostNanos != ReadinessWaitCalls.FOREVER;
        if (!limited) {
            return (int) call(memory, SystemCallNumber.IO_URING_ENTER, ring, submitted, completions, flags, 0, 0);
        }
        memory.word(0, atMostNanos / NANOS_PER_SECOND);
        memory.word(1, atMostNanos % NANOS_PER_SECOND);
        memory.word(ARGUMENT_WORD, 0);
        memory.word(ARGUMENT_WORD + 1, 0);
        memory.word(ARGUMENT_TIMESPEC_WORD, memory.wordsAddress());
        return (int) call(memory, SystemCallNumber.IO_URING_ENTER, ring, submitted, completions, flags | ENTER_EXT_ARG,
                memory.wordsAddress() + (long) ARGUMENT_WORD * Long.BYTES, ARGUMENT_BYTES);
    }

    /// Enables a ring that was created disabled; it belongs to this thread from then on.
    public static int enable(SystemCallMemory memory, int ring) {
        return (int) register(memory, ring, REGISTER_ENABLE_RINGS, 0, 0);
    }

    /// Registers the ring with this thread, which spares each [#enter] the lookup of the descriptor.
    ///
    /// ```c
    /// struct io_uring_rsrc_update { u32 offset, resv; u64 data; };  // offset: in, -1; out, the number
    /// ```
    ///
    /// @return the number to use with [#ENTER_REGISTERED_RING]
    public static int registerRing(SystemCallMemory memory, int ring) {
        memory.word(0, 0xffff_ffffL);
        memory.word(1, ring);
        long result = register(memory, ring, REGISTER_RING_FDS, memory.wordsAddress(), 1);
        return result < 0 ? (int) result : memory.half(0);
    }

    /// Registers a ring of provided buffers.
    ///
    /// @param buffers the memory of the ring, page-aligned
    public static int registerBuffers(SystemCallMemory memory, int ring, MemorySegment buffers, int entries,
            int group) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = arena.allocate(BUFFERS_BYTES, 8);
            argument.set(ValueLayout.JAVA_LONG, 0, buffers.address());
            argument.set(ValueLayout.JAVA_INT, BUFFERS_ENTRIES, entries);
            argument.set(ValueLayout.JAVA_SHORT, BUFFERS_GROUP, (short) group);
            return (int) register(memory, ring, REGISTER_PBUF_RING, argument.address(), 1);
        }
    }

    public static int unregisterBuffers(SystemCallMemory memory, int ring, int group) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = arena.allocate(BUFFERS_BYTES, 8);
            argument.set(ValueLayout.JAVA_SHORT, BUFFERS_GROUP, (short) group);
            return (int) register(memory, ring, UNREGISTER_PBUF_RING, argument.address(), 1);
        }
    }

    /// Cancels the operation with that user data and waits for its end; its completion arrives as usual.
    public static int cancel(SystemCallMemory memory, int ring, long userData) {
        return cancel(memory, ring, userData, 0);
    }

    /// Cancels all operations and waits for their end.
    public static int cancelAll(SystemCallMemory memory, int ring) {
        return cancel(memory, ring, 0, CANCEL_ALL_ANY);
    }

    private static int cancel(SystemCallMemory memory, int ring, long userData, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = arena.allocate(CANCEL_BYTES, 8);
            argument.set(ValueLayout.JAVA_LONG, 0, userData);
            argument.set(ValueLayout.JAVA_INT, CANCEL_FLAGS, flags);
            argument.set(ValueLayout.JAVA_LONG, CANCEL_TIMEOUT, -1);
            argument.set(ValueLayout.JAVA_LONG, CANCEL_TIMEOUT + 8, -1);
            return (int) register(memory, ring, REGISTER_SYNC_CANCEL, argument.address(), 1);
        }
    }

    /// Checks whether the kernel supports all these operations.
    ///
    /// @return 1, 0, or `-errno`
    public static int knows(SystemCallMemory memory, int ring, int... operations) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment probe = arena
                    .allocate(PROBE_BYTES + (long) PROBED_OPERATIONS * PROBE_OPERATION_BYTES, 8);
            long result = register(memory, ring, REGISTER_PROBE, probe.address(), PROBED_OPERATIONS);
            if (result < 0) {
                return (int) result;
            }
            for (int operation : operations) {
                long at = PROBE_BYTES + (long) operation * PROBE_OPERATION_BYTES + PROBE_OPERATION_FLAGS;
                if ((probe.get(ValueLayout.JAVA_SHORT, at) & PROBE_SUPPORTED) == 0) {
                    return 0;
                }
            }
            return 1;
        }
    }

    private static long register(SystemCallMemory memory, int ring, int operation, long argument, int count) {
        return call(memory, SystemCallNumber.IO_URING_REGISTER, ring, operation, argument, count, 0, 0);
    }
}
