package dev.polyserve.linux.system;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The result of `waitid` for a child.
///
/// ```c
/// siginfo_t { int si_signo, si_errno, si_code; …; pid_t si_pid@16; uid_t si_uid; int si_status@24; }  // 128 bytes
/// struct rusage { struct timeval ru_utime, ru_stime; … };  // 144 bytes
/// ```
///
/// **Thread**: its owner's.
public final class ChildStatus {
    static final int INFO_BYTES = 128;
    static final int CODE = 8;
    static final int PID = 16;
    static final int STATUS = 24;
    static final int USAGE_BYTES = 144;
    static final int USER_TIME = 0;
    static final int SYSTEM_TIME = 16;
    static final int CLD_EXITED = 1;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long NANOS_PER_MICRO = 1_000;

    private final MemorySegment memory = Arena.ofAuto().allocate(INFO_BYTES + USAGE_BYTES, Long.BYTES);

    /// Creates an empty result.
    public ChildStatus() {}

    void clear() {
        memory.fill((byte) 0);
    }

    long infoAddress() {
        return memory.address();
    }

    long usageAddress() {
        return memory.address() + INFO_BYTES;
    }

    public boolean ended() {
        return memory.get(ValueLayout.JAVA_INT, PID) != 0;
    }

    /// Returns true when the child has exited, rather than been killed by a signal.
    public boolean exited() {
        return memory.get(ValueLayout.JAVA_INT, CODE) == CLD_EXITED;
    }

    /// Returns the exit code, or the number of the signal.
    public int status() {
        return memory.get(ValueLayout.JAVA_INT, STATUS);
    }

    /// Returns the processor time of the child and of the children that it has waited for.
    public long cpuNanos() {
        return nanos(INFO_BYTES + USER_TIME) + nanos(INFO_BYTES + SYSTEM_TIME);
    }

    private long nanos(int at) {
        return memory.get(ValueLayout.JAVA_LONG, at) * NANOS_PER_SECOND
                + memory.get(ValueLayout.JAVA_LONG, at + Long.BYTES) * NANOS_PER_MICRO;
    }
}
