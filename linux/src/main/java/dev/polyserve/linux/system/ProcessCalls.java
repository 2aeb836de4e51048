package dev.polyserve.linux.system;

import static dev.polyserve.linux.system.SystemCalls.call;

import java.lang.ref.Reference;

/// Calls on processes that this one has started.
///
/// None of them waits for *any* child: whom others have started, others wait for.
public final class ProcessCalls {
    /// End, if you please.
    public static final int SIGTERM = 15;
    /// End now.
    public static final int SIGKILL = 9;
    /// A job in the background has read its terminal.
    public static final int SIGTTIN = 21;
    /// A job in the background has written to its terminal, which has TOSTOP set, or has changed it.
    public static final int SIGTTOU = 22;

    static final int SIGCHLD = 17;
    static final int P_PID = 1;
    static final int P_PGID = 2;
    static final int P_PIDFD = 3;
    static final int WNOHANG = 1;
    static final int WEXITED = 4;
    /// `struct kernel_sigaction { void *handler; long flags; void *restorer; u64 mask; }`
    private static final int SIGNAL_SET_BYTES = 8;
    private static final long SIG_IGN = 1;
    private static final int SIG_BLOCK = 0;
    private static final long SA_NOCLDWAIT = 2;

    private ProcessCalls() {}

    /// `pidfd_open(2)`: a descriptor of a process that can be read from its end on; closed on `exec`.
    public static int pidfdOpen(CallMemory memory, int pid) {
        return (int) call(memory, CallNumber.PIDFD_OPEN, pid, 0, 0, 0, 0, 0);
    }

    /// `pidfd_send_signal(2)`.
    public static int signal(CallMemory memory, int pidfd, int signal) {
        return (int) call(memory, CallNumber.PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0, 0, 0);
    }

    /// `kill(2)` of a whole process group; signal 0 only asks whether it has members, among them those that have ended and were
    /// not waited for.
    public static int signalGroup(CallMemory memory, int group, int signal) {
        return (int) call(memory, CallNumber.KILL, -(long) group, signal, 0, 0, 0, 0);
    }

    /// `waitid(2)` without waiting: what has become of a child, left in the status; it is then no zombie any more.
    public static int reap(CallMemory memory, int pidfd, ChildStatus status) {
        return wait(memory, P_PIDFD, pidfd, status);
    }

    /// Ends a child at once, for which there is no descriptor, and waits until it is gone.
    public static int killAndReap(CallMemory memory, int pid, boolean group) {
        int killed = (int) call(memory, CallNumber.KILL, group ? -pid : pid, SIGKILL, 0, 0, 0, 0);
        if (killed < 0) {
            return killed;
        }
        int reaped;
        do {
            reaped = (int) call(memory, CallNumber.WAITID, P_PID, pid, 0, WEXITED, 0, 0);
        } while (reaped == -Errno.EINTR);
        return reaped;
    }

    /// `waitid(2)` without waiting: takes away one zombie of a group that was led by a reaped child of ours. It is ours only where its
    /// parent has left it to us, as to the first process of a container.
    ///
    /// @return 0 when there was one or none now, `-ECHILD` when none will be
    public static int reapOfGroup(CallMemory memory, int group, ChildStatus status) {
        return wait(memory, P_PGID, group, status);
    }

    private static int wait(CallMemory memory, int what, int whom, ChildStatus status) {
        try {
            status.clear();
            return (int) call(memory, CallNumber.WAITID, what, whom, status.infoAddress(), WEXITED | WNOHANG,
                    status.usageAddress(), 0);
        } finally {
            // The address keeps nothing, and the system writes there.
            Reference.reachabilityFence(status);
        }
    }

    /// `rt_sigaction(2)`: sees to it that children are kept until they are waited for. A program that was started with SIGCHLD
    /// ignored would otherwise never learn how its children ended. A handler of somebody else stays.
    public static int keepChildren(CallMemory memory) {
        int asked = (int) call(memory, CallNumber.RT_SIGACTION, SIGCHLD, 0, memory.wordsAddress(), SIGNAL_SET_BYTES, 0,
                0);
        boolean kept = memory.word(0) != SIG_IGN && (memory.word(1) & SA_NOCLDWAIT) == 0;
        if (asked < 0 || kept) {
            return asked;
        }
        for (int i = 0; i < 4; i++) {
            memory.word(i, 0);
        }
        return (int) call(memory, CallNumber.RT_SIGACTION, SIGCHLD, memory.wordsAddress(), 0, SIGNAL_SET_BYTES, 0, 0);
    }

    /// `rt_sigaction(2)`: the process ignores the signal from now on.
    public static int ignore(CallMemory memory, int signal) {
        memory.word(0, SIG_IGN);
        for (int i = 1; i < 4; i++) {
            memory.word(i, 0);
        }
        return (int) call(memory, CallNumber.RT_SIGACTION, signal, memory.wordsAddress(), 0, SIGNAL_SET_BYTES, 0, 0);
    }

    /// `rt_sigprocmask(2)`: the calling thread, and every thread that it starts later, blocks these signals too.
    public static int block(CallMemory memory, int... signals) {
        long set = 0;
        for (int signal : signals) {
            set |= 1L << (signal - 1);
        }
        memory.word(0, set);
        return (int) call(memory, CallNumber.RT_SIGPROCMASK, SIG_BLOCK, memory.wordsAddress(), 0, SIGNAL_SET_BYTES, 0,
                0);
    }
}
