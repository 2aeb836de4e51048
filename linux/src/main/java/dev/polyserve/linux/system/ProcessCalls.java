package dev.polyserve.linux.system;

import static dev.polyserve.linux.system.SystemCalls.call;

/// The system calls on child processes: `pidfd_open`, `kill`, `waitid`, and those that block and ignore signals.
///
/// None of them waits for *any* child, because other code waits for the children that it has started.
public final class ProcessCalls {
    /// Requests termination.
    public static final int SIGTERM = 15;
    /// Kills at once.
    public static final int SIGKILL = 9;
    /// A background job has read from its terminal.
    public static final int SIGTTIN = 21;
    /// A background job has written to its terminal, which has TOSTOP set, or has changed its settings.
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

    /// `pidfd_open(2)`: a descriptor of a process, readable once the process has ended; closed on `exec`.
    public static int pidfdOpen(SystemCallMemory memory, int pid) {
        return (int) call(memory, SystemCallNumber.PIDFD_OPEN, pid, 0, 0, 0, 0, 0);
    }

    /// `pidfd_send_signal(2)`.
    public static int signal(SystemCallMemory memory, int pidfd, int signal) {
        return (int) call(memory, SystemCallNumber.PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0, 0, 0);
    }

    /// `kill(2)`. Signal 0 only checks whether the process exists, or the group has members; unreaped ones count.
    ///
    /// @param process its number; negative: a process group
    public static int kill(SystemCallMemory memory, int process, int signal) {
        return (int) call(memory, SystemCallNumber.KILL, process, signal, 0, 0, 0, 0);
    }

    /// `waitid(2)`, non-blocking: stores the result of an ended child in the status, and reaps the child.
    ///
    /// @param memory a memory of [SystemCallMemory#forTransfers]
    public static int reap(SystemCallMemory memory, int pidfd, WaitidResult status) {
        return wait(memory, P_PIDFD, pidfd, status);
    }

    /// Kills a child that has no descriptor, and waits for its end.
    public static int killAndReap(SystemCallMemory memory, int pid, boolean group) {
        int killed = kill(memory, group ? -pid : pid, SIGKILL);
        if (killed < 0) {
            return killed;
        }
        int reaped;
        do {
            reaped = (int) call(memory, SystemCallNumber.WAITID, P_PID, pid, 0, WEXITED, 0, 0);
        } while (reaped == -Errno.EINTR);
        return reaped;
    }

    /// `waitid(2)`, non-blocking: reaps one zombie of the group of a reaped child. Such a zombie is a child of this
    /// process only when its parent has left it to us, as to the first process of a container.
    ///
    /// @param memory a memory of [SystemCallMemory#forTransfers]
    /// @return 0 when there was one, or none at the moment; `-ECHILD` when there will be none
    public static int reapOfGroup(SystemCallMemory memory, int group, WaitidResult status) {
        return wait(memory, P_PGID, group, status);
    }

    private static int wait(SystemCallMemory memory, int kind, int id, WaitidResult status) {
        assert memory.transferBytes() >= WaitidResult.BYTES;
        int result = (int) call(memory, SystemCallNumber.WAITID, kind, id, memory.transferAddress(), WEXITED | WNOHANG,
                memory.transferAddress() + WaitidResult.INFO_BYTES, 0);
        if (result == 0) {
            status.read(memory);
        } else {
            status.none();
        }
        return result;
    }

    /// `rt_sigaction(2)`: keeps ended children until they are waited for. A program started with SIGCHLD ignored could
    /// otherwise never obtain their results. An existing handler is kept.
    public static int keepChildren(SystemCallMemory memory) {
        int asked = (int) call(memory, SystemCallNumber.RT_SIGACTION, SIGCHLD, 0, memory.wordsAddress(),
                SIGNAL_SET_BYTES, 0, 0);
        boolean kept = memory.word(0) != SIG_IGN && (memory.word(1) & SA_NOCLDWAIT) == 0;
        if (asked < 0 || kept) {
            return asked;
        }
        for (int i = 0; i < 4; i++) {
            memory.word(i, 0);
        }
        return (int) call(memory, SystemCallNumber.RT_SIGACTION, SIGCHLD, memory.wordsAddress(), 0, SIGNAL_SET_BYTES, 0,
                0);
    }

    /// `rt_sigaction(2)`: the process ignores the signal from now on.
    public static int ignore(SystemCallMemory memory, int signal) {
        memory.word(0, SIG_IGN);
        for (int i = 1; i < 4; i++) {
            memory.word(i, 0);
        }
        return (int) call(memory, SystemCallNumber.RT_SIGACTION, signal, memory.wordsAddress(), 0, SIGNAL_SET_BYTES, 0,
                0);
    }

    /// `rt_sigprocmask(2)`: the calling thread, and every thread that it starts later, blocks these signals too.
    public static int block(SystemCallMemory memory, int... signals) {
        long set = 0;
        for (int signal : signals) {
            set |= 1L << (signal - 1);
        }
        memory.word(0, set);
        return (int) call(memory, SystemCallNumber.RT_SIGPROCMASK, SIG_BLOCK, memory.wordsAddress(), 0,
                SIGNAL_SET_BYTES, 0, 0);
    }
}
