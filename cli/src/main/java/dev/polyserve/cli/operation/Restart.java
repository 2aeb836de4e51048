package dev.polyserve.cli.operation;

import dev.polyserve.Endpoint;
import dev.polyserve.Server;
import dev.polyserve.cli.log.ConsoleLog;
import dev.polyserve.linux.process.CurrentProgram;
import dev.polyserve.linux.restart.Predecessor;
import dev.polyserve.linux.restart.Successor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Hot restart: starts a new program that replaces this one; one restart at a time.
///
/// **Thread**: any.
public final class Restart {
    /// Set by the start script to its own path; the script builds the program if needed and finds its current version.
    private static final String LAUNCHER = "POLYSERVE_LAUNCHER";
    private static final String JAR = "-jar";

    private final ConsoleLog log;
    private final List<Endpoint> asked;
    private final Optional<Predecessor> predecessor;
    private final Duration atMost;
    private final long ownPid;
    private final AtomicBoolean underWay = new AtomicBoolean();
    private volatile @Nullable Successor successor;

    /// @param asked the endpoints as configured
    /// @param predecessor the program that this one has replaced
    /// @param atMost the time within which the new program must be ready
    public Restart(ConsoleLog log, List<Endpoint> asked, Optional<Predecessor> predecessor, Duration atMost) {
        this(log, asked, predecessor, atMost, ProcessHandle.current().pid());
    }

    Restart(ConsoleLog log, List<Endpoint> asked, Optional<Predecessor> predecessor, Duration atMost, long ownPid) {
        this.ownPid = ownPid;
        this.log = log;
        this.asked = List.copyOf(asked);
        this.predecessor = predecessor;
        this.atMost = atMost;
    }

    /// The program that this one has replaced, if any.
    public Optional<Predecessor> predecessor() {
        return predecessor;
    }

    /// Starts the new program, and waits until it is ready.
    ///
    /// @return its process id
    /// @throws IOException when it does not become ready, with the reason; nothing has changed then
    public int start(Server server) throws IOException {
        if (ownPid == InitProcess.PID) {
            throw new IOException(InitProcess.WHY_NO_RESTART);
        }
        if (!underWay.compareAndSet(false, true)) {
            throw new IOException("a restart is already in progress");
        }
        try {
            Successor started = Successor
                    .start(new Successor.Plan(command(), asked, server.endpoints(), predecessor));
            successor = started;
            log.info("a new program (process " + started.pid() + ") is starting to replace this one", "event",
                    "restarting",
                    "newPid", started.pid());
            started.awaitReady(atMost);
            return started.pid();
        } finally {
            successor = null;
            underWay.set(false);
        }
    }

    /// Cancels a restart in progress.
    public void cancel() throws IOException {
        Successor starting = successor;
        if (starting != null) {
            starting.cancel();
        }
    }

    private static List<String> command() throws IOException {
        List<String> line = CurrentProgram.commandLine();
        String launcher = CurrentProgram.environment().get(LAUNCHER);
        int jar = line.indexOf(JAR);
        if (launcher == null || launcher.isEmpty() || jar < 0) {
            return line;
        }
        List<String> command = new ArrayList<>(List.of(launcher));
        command.addAll(line.subList(jar + 2, line.size()));
        return command;
    }
}
