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

/// Hot restart: a new program takes this one's place, one at a time.
///
/// **Thread**: any.
public final class Restart {
    /// The start script says where it is: it builds what is to be built, and finds the program as it is now.
    private static final String LAUNCHER = "POLYSERVE_LAUNCHER";
    private static final String JAR = "-jar";

    private final ConsoleLog log;
    private final List<Endpoint> asked;
    private final Optional<Predecessor> predecessor;
    private final Duration atMost;
    private final long ownPid;
    private final AtomicBoolean underWay = new AtomicBoolean();
    private volatile @Nullable Successor successor;

    /// @param asked the server's endpoints as it was told them
    /// @param predecessor whom this program has taken over from
    /// @param atMost how long the new program may take until it serves
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

    /// Whom this program has taken over from.
    public Optional<Predecessor> predecessor() {
        return predecessor;
    }

    /// Starts the new program, and waits until it serves.
    ///
    /// @return its process
    /// @throws IOException saying why it does not; then everything is as it was
    public int start(Server server) throws IOException {
        if (ownPid == FirstProcess.PID) {
            throw new IOException(FirstProcess.WHY_NO_RESTART);
        }
        if (!underWay.compareAndSet(false, true)) {
            throw new IOException("a restart is under way already");
        }
        try {
            Successor started = Successor
                    .start(new Successor.Plan(command(), asked, server.endpoints(), predecessor));
            successor = started;
            log.info("a new program (process " + started.pid() + ") starts in this one's place", "event", "restarting",
                    "newPid", started.pid());
            started.awaitReady(atMost);
            return started.pid();
        } finally {
            successor = null;
            underWay.set(false);
        }
    }

    /// Calls off a restart that is under way.
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
