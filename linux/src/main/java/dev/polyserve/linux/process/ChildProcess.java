package dev.polyserve.linux.process;

import dev.polyserve.linux.socket.Descriptor;
import dev.polyserve.linux.socket.NonSocketDescriptor;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.SystemCallMemoryPool;
import dev.polyserve.linux.system.WaitidResult;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.linux.system.ProcessCalls;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A process that this program has started.
///
/// ```
///   RUNNING ──it ends: the descriptor can be read──▶ ZOMBIE ──poll, await──▶ REAPED
/// ```
///
/// A zombie keeps its number and its group, so that a signal reaches no other process; a reaped child is sent no
/// signal.
///
/// **Thread**: any.
public final class ChildProcess implements AutoCloseable {
    private static final SystemCallMemoryPool MEMORIES = SystemCallMemoryPool.shared();

    private final int pid;
    private final boolean ownGroup;
    private final NonSocketDescriptor end;
    /// Guarded by `this`.
    private final WaitidResult status = new WaitidResult();
    private @Nullable ChildExitStatus exit;

    private ChildProcess(int pid, boolean ownGroup, Descriptor pidfd) {
        this.pid = pid;
        this.ownGroup = ownGroup;
        this.end = new NonSocketDescriptor(pidfd);
    }

    /// A process that was just started.
    ///
    /// @param pidfd its descriptor, which the object owns from then on
    static ChildProcess of(int pid, boolean ownGroup, Descriptor pidfd) {
        return new ChildProcess(pid, ownGroup, pidfd);
    }

    /// Opens a descriptor for a process that was just started.
    ///
    /// @throws IOException when the system gives no descriptor for it; the process is dead then
    static ChildProcess of(SystemCallMemory memory, int pid, boolean ownGroup) throws IOException {
        int pidfd = ProcessCalls.pidfdOpen(memory, pid);
        if (pidfd < 0) {
            int unused = ProcessCalls.killAndReap(memory, pid, ownGroup);
            assert unused == 0;
            throw new SystemCallException("pidfd_open", pidfd);
        }
        return new ChildProcess(pid, ownGroup, new Descriptor(pidfd));
    }

    /// The number of the process, and of its group if it leads one.
    public int pid() {
        return pid;
    }

    /// A descriptor that is readable once the process has ended: for a loop to watch.
    public NonSocketDescriptor end() {
        return end;
    }

    /// Sends the process a signal; does nothing when it was reaped.
    public synchronized void signal(int signal) throws IOException {
        if (exit == null) {
            requireUnlessGone("pidfd_send_signal",
                    onPidfd((memory, pidfd) -> ProcessCalls.signal(memory, pidfd, signal)));
        }
    }

    /// Sends its group a signal, if it leads one and was not reaped.
    public synchronized void signalGroup(int signal) throws IOException {
        if (exit == null && ownGroup) {
            requireUnlessGone("kill", withMemory(memory -> ProcessCalls.kill(memory, -pid, signal)));
        }
    }

    /// Sends a signal to the processes that a reaped child has left in its group. The group keeps its number as long as
    /// it has members. A caller that repeats the signal must do so often, so that the number cannot have been reused
    /// meanwhile.
    ///
    /// @param signal 0 only checks
    /// @return whether the group had members
    public synchronized boolean signalLeftOver(int signal) throws IOException {
        if (exit == null || !ownGroup) {
            return false;
        }
        if (!hasMembers(signal)) {
            return false;
        }
        boolean reaped = false;
        while (withMemory(memory -> ProcessCalls.reapOfGroup(memory, pid, status)) == 0 && status.ended()) {
            reaped = true;
        }
        return !reaped || hasMembers(0);
    }

    /// Sends its group a signal, and returns whether the group has members, zombies included.
    private boolean hasMembers(int signal) throws IOException {
        int result = withMemory(memory -> ProcessCalls.kill(memory, -pid, signal));
        requireUnlessGone("kill", result);
        return result == 0;
    }

    /// Returns how the process ended; empty while it runs. The first call that returns a result reaps it.
    public synchronized Optional<ChildExitStatus> poll() throws IOException {
        if (exit == null) {
            SystemCallException.require("waitid",
                    onPidfd((memory, pidfd) -> ProcessCalls.reap(memory, pidfd, status)));
            if (status.ended()) {
                ChildExitStatus.How how = status.exited()
                        ? new ChildExitStatus.Code(status.status())
                        : new ChildExitStatus.Signal(status.status());
                exit = new ChildExitStatus(how, Duration.ofNanos(status.cpuNanos()));
            }
        }
        return Optional.ofNullable(exit);
    }

    /// Waits for the end of the process. Not for virtual threads: it would block the carrier.
    ///
    /// @return empty when the process has not ended in time
    public Optional<ChildExitStatus> await(Duration atMost) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(atMost);
        while (true) {
            Optional<ChildExitStatus> ended = poll();
            long left = deadline - System.nanoTime();
            if (ended.isPresent() || left <= 0) {
                return ended;
            }
            end.descriptor().await(PollDescriptors.IN, left);
        }
    }

    /// Closes its descriptor. Closing without reaping leaves a zombie behind.
    @Override
    public void close() throws IOException {
        end.close();
    }

    private static void requireUnlessGone(String call, int result) throws SystemCallException {
        if (result != -Errno.ESRCH) {
            SystemCallException.require(call, result);
        }
    }

    private interface Call {
        int make(SystemCallMemory memory);
    }

    private interface PidfdCall {
        int make(SystemCallMemory memory, int pidfd);
    }

    private int onPidfd(PidfdCall call) throws IOException {
        end.descriptor().begin();
        try {
            return withMemory(memory -> call.make(memory, end.descriptor().number()));
        } finally {
            end.descriptor().end();
        }
    }

    private static int withMemory(Call call) {
        SystemCallMemory memory = MEMORIES.take();
        try {
            return call.make(memory);
        } finally {
            MEMORIES.give(memory);
        }
    }

    @Override
    public String toString() {
        return "process " + pid;
    }
}
