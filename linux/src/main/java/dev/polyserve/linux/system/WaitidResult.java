package dev.polyserve.linux.system;

/// The result of `waitid` for a child.
///
/// ```c
/// siginfo_t { int si_signo, si_errno, si_code; …; pid_t si_pid@16; uid_t si_uid; int si_status@24; }  // 128 bytes
/// struct rusage { struct timeval ru_utime, ru_stime; … };  // 144 bytes
/// ```
///
/// **Thread**: its owner's.
public final class WaitidResult {
    static final int INFO_BYTES = 128;
    static final int CODE = 8;
    static final int PID = 16;
    static final int STATUS = 24;
    static final int USAGE_BYTES = 144;
    static final int BYTES = INFO_BYTES + USAGE_BYTES;
    static final int USER_TIME = 0;
    static final int SYSTEM_TIME = 16;
    static final int CLD_EXITED = 1;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long NANOS_PER_MICRO = 1_000;

    private boolean ended;
    private boolean exited;
    private int status;
    private long cpuNanos;

    /// Creates an empty result.
    public WaitidResult() {}

    /// Reads the result that `waitid` has written to the beginning of a transfer buffer, `siginfo_t` first.
    void read(SystemCallMemory memory) {
        ended = memory.transferInt(PID) != 0;
        exited = memory.transferInt(CODE) == CLD_EXITED;
        status = memory.transferInt(STATUS);
        cpuNanos = nanos(memory, INFO_BYTES + USER_TIME) + nanos(memory, INFO_BYTES + SYSTEM_TIME);
    }

    private static long nanos(SystemCallMemory memory, int at) {
        return memory.transferLong(at) * NANOS_PER_SECOND + memory.transferLong(at + Long.BYTES) * NANOS_PER_MICRO;
    }

    /// Makes it the result of a call that has found no ended child.
    void none() {
        ended = false;
    }

    public boolean ended() {
        return ended;
    }

    /// Returns true when the child has exited, rather than been killed by a signal.
    public boolean exited() {
        return exited;
    }

    /// Returns the exit code, or the number of the signal.
    public int status() {
        return status;
    }

    /// Returns the processor time of the child and of the children that it has waited for.
    public long cpuNanos() {
        return cpuNanos;
    }
}
