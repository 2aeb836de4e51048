package dev.polyserve.linux.process;

import dev.polyserve.linux.socket.Descriptor;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.ProcessCalls;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.nio.file.Path;

/// A process that this program has not started itself.
///
/// **Thread**: any.
public final class NonChildProcess {
    private NonChildProcess() {}

    /// True when the process has not ended, as far as this user may see it. A zombie has ended ([RunningProcess]).
    public static boolean isRunning(long pid) {
        return RunningProcess.at(Path.of("/proc", Long.toString(pid))).isPresent();
    }

    /// Sends the process a signal.
    ///
    /// @throws IOException when no process has that number, or this user may not signal it
    public static void signal(long pid, int signal) throws IOException {
        SystemCallMemory memory = SystemCallMemory.small();
        Descriptor pidfd = new Descriptor(
                SystemCallException.require("pidfd_open", ProcessCalls.pidfdOpen(memory, Math.toIntExact(pid))));
        try {
            SystemCallException.require("pidfd_send_signal", ProcessCalls.signal(memory, pidfd.number(), signal));
        } finally {
            pidfd.close();
        }
    }
}
