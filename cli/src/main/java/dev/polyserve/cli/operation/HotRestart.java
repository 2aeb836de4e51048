package dev.polyserve.cli.operation;

import dev.polyserve.Endpoint;
import dev.polyserve.Server;
import dev.polyserve.cli.log.ConsoleLog;
import dev.polyserve.file.SecureDirectoryEntry;
import dev.polyserve.linux.process.CurrentProgram;
import dev.polyserve.linux.restart.RestartPredecessor;
import dev.polyserve.linux.restart.RestartSuccessor;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// Hot restart: starts a new program that replaces this one; one restart at a time.
///
/// ```
///   IDLE ─start─▶ STARTING ─▶ Started ─it has taken over─▶ Replaced: no further restart
///     ▲───────it fails───────────┘
///   IDLE, STARTING, Started ─end─▶ ENDING: no further restart
/// ```
///
/// **Thread**: any.
public final class HotRestart implements AutoCloseable {
    /// Set by the start script to its own path; the script builds the program if needed and finds its current version.
    private static final String LAUNCHER = "POLYSERVE_LAUNCHER";
    private static final String JAR = "-jar";
    private static final Duration CLEARED_UP = Duration.ofSeconds(2);

    private final ConsoleLog log;
    private final List<Endpoint> asked;
    private final Optional<RestartPredecessor> predecessor;
    private final Optional<Path> control;
    private final Duration atMost;
    private final CommandSource command;
    private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
    /// Held by a restart in progress, until a new program that failed has left no file.
    private final Semaphore inProgress = new Semaphore(1);

    /// The command line of the new program.
    interface CommandSource {
        /// Returns the command line.
        List<String> get() throws IOException;
    }

    private sealed interface State {
        State IDLE = new Idle();
        State STARTING = new Starting();
        State ENDING = new Ending();

        record Idle() implements State {}

        record Starting() implements State {}

        record Started(RestartSuccessor successor) implements State {}

        record Replaced(RestartSuccessor successor) implements State {}

        record Ending() implements State {}
    }

    /// @param asked the endpoints as configured
    /// @param predecessor the program that this one has replaced
    /// @param control the path of the control socket
    /// @param atMost the time within which the new program must be ready
    public HotRestart(ConsoleLog log, List<Endpoint> asked, Optional<RestartPredecessor> predecessor,
            Optional<Path> control,
            Duration atMost) {
        this(log, asked, predecessor, control, atMost, HotRestart::ownCommand);
    }

    HotRestart(ConsoleLog log, List<Endpoint> asked, Optional<RestartPredecessor> predecessor, Optional<Path> control,
            Duration atMost, CommandSource command) {
        this.command = command;
        this.control = control;
        this.log = log;
        this.asked = List.copyOf(asked);
        this.predecessor = predecessor;
        this.atMost = atMost;
    }

    /// The program that this one has replaced, if any.
    public Optional<RestartPredecessor> predecessor() {
        return predecessor;
    }

    /// The path at which a new program binds its control socket until it is confirmed.
    ///
    /// @param control the path of the control socket
    /// @param newPid the process id of the new program
    public static Path unconfirmedControl(Path control, long newPid) {
        return control.resolveSibling(control.getFileName() + "." + newPid);
    }

    /// Starts the new program, and waits until it has taken over.
    ///
    /// @return its process id
    /// @throws RestartRefusedException when a restart is in progress, this program was replaced, or it is ending
    /// @throws IOException when the new program does not take over, with the reason; nothing has changed then
    public int start(Server server) throws IOException {
        if (InitProcessCheck.isThis()) {
            throw new IOException(InitProcessCheck.WHY_NO_RESTART);
        }
        requireIdle(state.compareAndExchange(State.IDLE, State.STARTING));
        inProgress.acquireUninterruptibly();
        try {
            RestartSuccessor started = RestartSuccessor
                    .start(new RestartSuccessor.Plan(command.get(), asked, server.endpoints(), predecessor));
            if (!state.compareAndSet(State.STARTING, new State.Started(started))) {
                started.cancel();
            }
            log.info("a new program (process " + started.pid() + ") is starting to replace this one", "event",
                    "restarting",
                    "newPid", started.pid());
            handOver(started, server);
            state.set(new State.Replaced(started));
            return started.pid();
        } catch (IOException e) {
            if (failed() instanceof State.Ending) {
                throw new RestartRefusedException("the server is ending, so the restart was called off", e);
            }
            throw e;
        } catch (RuntimeException | Error e) {
            State _ = failed();
            throw e;
        } finally {
            inProgress.release();
        }
    }

    private void handOver(RestartSuccessor started, Server server) throws IOException {
        try {
            started.handOver(atMost, server::bans);
        } catch (IOException | RuntimeException | Error e) {
            removeControlOf(started.pid(), e);
            throw e;
        }
    }

    /// Removes the unconfirmed control socket of a new program that has failed: a killed program has not removed it.
    private void removeControlOf(int newPid, Throwable failure) {
        if (control.isEmpty()) {
            return;
        }
        try (SecureDirectoryEntry entry = SecureDirectoryEntry.at(unconfirmedControl(control.get(), newPid))) {
            if (entry.attributes().filter(BasicFileAttributes::isOther).isPresent()) {
                entry.remove();
            }
        } catch (IOException e) {
            log.warn("the control socket of the new program (process " + newPid + ") cannot be removed: "
                    + e.getMessage(), e, "event", "control-not-removed");
            failure.addSuppressed(e);
        }
    }

    /// Reports to the new program that what only one program can have beside its sockets is free.
    public void release() throws IOException {
        if (state.get() instanceof State.Replaced replaced) {
            replaced.successor().release();
        }
    }

    /// Requires that a restart is possible now: none is in progress, this program was not replaced, and it is not ending.
    public void requirePossible() throws RestartRefusedException {
        requireIdle(state.get());
    }

    private static void requireIdle(State state) throws RestartRefusedException {
        switch (state) {
            case State.Idle _ -> {
                // No restart is in progress.
            }
            case State.Starting _, State.Started _ ->
                throw new RestartRefusedException("a restart is already in progress");
            case State.Replaced replaced ->
                throw new RestartRefusedException(
                        "process " + replaced.successor().pid() + " has already replaced this one");
            case State.Ending _ -> throw new RestartRefusedException("the server is ending");
        }
    }

    private State failed() {
        return state.updateAndGet(now -> now instanceof State.Ending ? now : State.IDLE);
    }

    /// Refuses restarts from now on, because the server ends, and calls off a restart in progress, unless the new program
    /// was confirmed already.
    public void end() throws IOException {
        State before = state.getAndUpdate(now -> now instanceof State.Replaced ? now : State.ENDING);
        if (before instanceof State.Started starting) {
            starting.successor().cancel();
        }
    }

    /// Waits until a restart that was called off has left no file of the new program, for at most two seconds.
    @Override
    public void close() {
        try {
            boolean cleared = inProgress.tryAcquire(CLEARED_UP.toMillis(), TimeUnit.MILLISECONDS);
            if (!cleared) {
                log.warn("the restart in progress is not over in time; a file of its control socket may stay", null,
                        "event", "restart-not-over");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<String> ownCommand() throws IOException {
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
