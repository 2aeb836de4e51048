package dev.polyserve.linux.process;

import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.ProcessCalls;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.linux.system.SystemCalls;
import java.io.IOException;

/// Blocks and ignores TTIN and TTOU, which the kernel sends to a background job that reads its terminal, or writes to
/// it with `stty tostop`.
///
/// A process that catches such a signal does not stop: the kernel sends the signal, restarts the call, and sends it
/// again, for ever. A thread that blocks the signal does not receive it: its write succeeds, and its read fails with
/// EIO (POSIX.1-2024, 11.1.4 Terminal Access Control).
///
/// **Thread**: see each method.
public final class TtinTtouSignals {
    private TtinTtouSignals() {}

    /// Lets the calling thread, and every thread that it starts later, read and write the terminal without these
    /// signals. A signal sent with `kill` has the same effect as before, in a thread of the JVM's own. Does nothing
    /// where system calls are unavailable.
    ///
    /// @throws IOException when the system refuses it
    public static void blockInThisThread() throws IOException {
        if (SystemCalls.whyNot().isPresent()) {
            return;
        }
        SystemCallException.require("rt_sigprocmask",
                ProcessCalls.block(SystemCallMemory.small(), ProcessCalls.SIGTTIN, ProcessCalls.SIGTTOU));
    }

    /// Ignores these signals in this process. For a process that leads a process group of its own, which no shell
    /// knows: if it stopped, nothing would continue it. **Thread**: any.
    ///
    /// @throws IOException when the system refuses it
    public static void ignore() throws IOException {
        SystemCallMemory memory = SystemCallMemory.small();
        SystemCallException.require("rt_sigaction", ProcessCalls.ignore(memory, ProcessCalls.SIGTTIN));
        SystemCallException.require("rt_sigaction", ProcessCalls.ignore(memory, ProcessCalls.SIGTTOU));
    }
}
