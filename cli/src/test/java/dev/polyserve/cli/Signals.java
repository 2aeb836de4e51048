package dev.polyserve.cli;

import dev.polyserve.linux.process.SignalNames;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.ProcessCalls;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;

/// Signals to processes; the program `kill` is missing on small systems.
final class Signals {
    private Signals() {}

    /// Sends a signal.
    static void send(String name, long pid) throws IOException {
        SystemCallException.require("kill", ProcessCalls.kill(SystemCallMemory.small(), Math.toIntExact(pid),
                SignalNames.number(name)));
    }
}
