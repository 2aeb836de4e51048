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
public final class Restart {
    /// Set by the start script to its own path; the script builds the program if needed and finds its current version.
    private static final String LAUNCHER = "POLYSERVE_LAUNCHER";
    private static final String JAR = "-jar";

    private final ConsoleLog log;
    private final List<Endpoint> asked;
    private final Optional<Predecessor> predecessor;
    private final Duration atMost;
    private final CommandSource command;
    private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

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

        record Started(Successor successor) implements State {}

        record Replaced(int pid) implements State {}

        record Ending() implements State {}
    }

    /// @param asked the endpoints as configured
    /// @param predecessor the program that this one has replaced
    /// @param atMost the time within which the new program must be ready
    public Restart(ConsoleLog log, List<Endpoint> asked, Optional<Predecessor> predecessor, Duration atMost) {
        this(log, asked, predecessor, atMost, Restart::ownCommand);
    }

    Restart(ConsoleLog log, List<Endpoint> asked, Optional<Predecessor> predecessor, Duration atMost,
            CommandSource command) {
        this.command = command;
        this.log = log;
        this.asked = List.copyOf(asked);
        this.predecessor = predecessor;
        this.atMost = atMost;
    }

    /// The program that this one has replaced, if any.
    public Optional<Predecessor> predecessor() {
        return predecessor;
    }

    /// Starts the new program, and waits until it has taken over.
    ///
    /// @return its process id
    /// @throws RestartRefusedException when a restart is in progress, this program was replaced, or it is ending
    /// @throws IOException when the new program does not take over, with the reason; nothing has changed then
    public int start(Server server) throws IOException {
        if (InitProcess.isThis()) {
            throw new IOException(InitProcess.WHY_NO_RESTART);
        }
        requireIdle(state.compareAndExchange(State.IDLE, State.STARTING));
        try {
            Successor started = Successor
                    .start(new Successor.Plan(command.get(), asked, server.endpoints(), predecessor));
            if (!state.compareAndSet(State.STARTING, new State.Started(started))) {
                started.cancel();
            }
            log.info("a new program (process " + started.pid() + ") is starting to replace this one", "event",
                    "restarting",
                    "newPid", started.pid());
            started.handOver(atMost);
            state.set(new State.Replaced(started.pid()));
            return started.pid();
        } catch (IOException e) {
            if (failed() instanceof State.Ending) {
                throw new RestartRefusedException("the server is ending, so the restart was called off", e);
            }
            throw e;
        } catch (RuntimeException | Error e) {
            State _ = failed();
            throw e;
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
                throw new RestartRefusedException("process " + replaced.pid() + " has already replaced this one");
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
