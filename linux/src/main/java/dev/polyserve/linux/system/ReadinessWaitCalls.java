package dev.polyserve.linux.system;

import static dev.polyserve.linux.system.SystemCalls.call;

import java.lang.ref.Reference;

/// The system calls that wait until descriptors are ready: `select`, `poll`, `epoll_wait`. A time of [#FOREVER] means
/// no limit; an interrupted wait returns `-EINTR`.
///
/// **Thread**: any platform thread.
public final class ReadinessWaitCalls {
    public static final long FOREVER = Long.MAX_VALUE;
    /// Operation of [#epollControl]: adds a descriptor.
    public static final int EPOLL_CTL_ADD = 1;
    /// Operation of [#epollControl]: removes a descriptor.
    public static final int EPOLL_CTL_DEL = 2;
    /// Operation of [#epollControl]: changes a descriptor's events.
    public static final int EPOLL_CTL_MOD = 3;

    private static final int CLOCK_MONOTONIC = 1;
    private static final int EPOLL_CLOEXEC = 0x80000;
    private static final int SIGNAL_SET_BYTES = 8;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long NANOS_PER_MILLI = 1_000_000;

    /// True when the system supports waits in nanoseconds (Linux 5.11); a sandbox that does not know the call forbids
    /// it.
    private static final boolean HAS_PWAIT2 = hasPwait2();

    private ReadinessWaitCalls() {}

    private static boolean hasPwait2() {
        long probed = call(SystemCallMemory.small(), SystemCallNumber.EPOLL_PWAIT2, -1, 0, 1, 0, 0, SIGNAL_SET_BYTES);
        return probed != -Errno.ENOSYS && probed != -Errno.EPERM;
    }

    /// `clock_gettime(2)` of the monotonic clock, with the kernel's origin, which [System#nanoTime] does not guarantee.
    public static long monotonicNanos() {
        SystemCallMemory memory = SystemCallMemory.small();
        long result = call(memory, SystemCallNumber.CLOCK_GETTIME, CLOCK_MONOTONIC, memory.wordsAddress(), 0, 0, 0, 0);
        assert result == 0;
        return memory.word(0) * NANOS_PER_SECOND + memory.word(1);
    }

    /// `epoll_create1(2)`.
    public static int epollCreate(SystemCallMemory memory) {
        return (int) call(memory, SystemCallNumber.EPOLL_CREATE1, EPOLL_CLOEXEC, 0, 0, 0, 0, 0);
    }

    /// `epoll_ctl(2)`.
    ///
    /// @param events its first entry holds the requested events and the data to report with them
    public static int epollControl(SystemCallMemory memory, int epoll, int operation, int descriptor,
            EpollEvents events) {
        return (int) call(memory, SystemCallNumber.EPOLL_CTL, epoll, operation, descriptor, events.address(), 0, 0);
    }

    /// `epoll_pwait2(2)`, or `epoll_pwait(2)` where the system lacks the finer call.
    ///
    /// @return the number of events
    public static int epollWait(SystemCallMemory memory, int epoll, EpollEvents events, long atMostNanos) {
        try {
            return HAS_PWAIT2
                    ? (int) call(memory, SystemCallNumber.EPOLL_PWAIT2, epoll, events.address(), events.capacity(),
                            timespec(memory, atMostNanos), 0, SIGNAL_SET_BYTES)
                    : epollWaitMillis(memory, epoll, events, atMostNanos);
        } finally {
            Reference.reachabilityFence(events);
        }
    }

    static int epollWaitMillis(SystemCallMemory memory, int epoll, EpollEvents events, long atMostNanos) {
        // Rounded up; otherwise the loop would spin for a timer that is due in half a millisecond.
        long millis = atMostNanos == FOREVER
                ? -1
                : Math.min(Integer.MAX_VALUE, Math.ceilDiv(atMostNanos, NANOS_PER_MILLI));
        return (int) call(memory, SystemCallNumber.EPOLL_PWAIT, epoll, events.address(), events.capacity(), millis, 0,
                SIGNAL_SET_BYTES);
    }

    /// `ppoll(2)`.
    ///
    /// @param count the number of entries to use, from the first
    /// @return the number of ready descriptors
    public static int poll(SystemCallMemory memory, PollDescriptors descriptors, int count, long atMostNanos) {
        try {
            return (int) call(memory, SystemCallNumber.PPOLL, descriptors.address(), count,
                    timespec(memory, atMostNanos), 0, SIGNAL_SET_BYTES, 0);
        } finally {
            // Keeps the memory reachable: the system writes to it when the wait ends, and an address does not keep it
            // alive.
            Reference.reachabilityFence(descriptors);
        }
    }

    /// `pselect6(2)`: reduces the sets to the ready descriptors.
    ///
    /// @param end one more than the largest descriptor
    /// @return the number of ready descriptors
    public static int select(SystemCallMemory memory, int end, DescriptorSet readable, DescriptorSet writable,
            long atMostNanos) {
        try {
            return (int) call(memory, SystemCallNumber.PSELECT6, end, readable.address(), writable.address(), 0,
                    timespec(memory, atMostNanos), 0);
        } finally {
            Reference.reachabilityFence(readable);
            Reference.reachabilityFence(writable);
        }
    }

    /// Writes the time limit anew for each call: the system may overwrite it with the remaining time.
    ///
    /// ```c
    /// struct timespec { long tv_sec; long tv_nsec; };  // 16 bytes
    /// ```
    ///
    /// @return its address; 0 for no limit
    private static long timespec(SystemCallMemory memory, long nanos) {
        if (nanos == FOREVER) {
            return 0;
        }
        memory.word(0, nanos / NANOS_PER_SECOND);
        memory.word(1, nanos % NANOS_PER_SECOND);
        return memory.wordsAddress();
    }
}
