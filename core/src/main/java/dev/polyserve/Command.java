package dev.polyserve;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// A program that serves connections, one each time it is started, with the connection as its input and output, as `inetd`
/// does: [ServerBuilder#command].
///
/// It gets the connection as descriptors 0 and 1, our standard error as 2, and nothing else; a process group of its own, an
/// empty signal mask and the default action of every signal. The connection ends when the program does; what it has left behind
/// in its group is ended, too. When the client is gone, or the server ends the connection, the program sees the end of its
/// input, after [#hangUp] its group is sent SIGTERM, and [#terminate] later SIGKILL.
///
/// **Thread**: any.
///
/// @param argv the program, a path or a name to be found on the PATH, and its arguments
/// @param environment what its environment has, besides what tells of the connection ([#environmentFor])
/// @param hangUp how long it may go on without its client
/// @param terminate how long it may go on after SIGTERM
public record Command(List<String> argv, Map<String, String> environment, Duration hangUp, Duration terminate) {
    /// Keeps its own copies.
    ///
    /// @throws IllegalArgumentException when no program is named, or a time is negative
    public Command {
        argv = List.copyOf(argv);
        environment = Map.copyOf(environment);
        if (argv.isEmpty() || argv.getFirst().isEmpty()) {
            throw new IllegalArgumentException("a command names no program to start");
        }
        if (hangUp.isNegative() || terminate.isNegative()) {
            throw new IllegalArgumentException("a command's times are negative: " + hangUp + ", " + terminate);
        }
    }

    /// This program with these arguments, a clean environment and the usual times, two and five seconds.
    ///
    /// Clean is: of ours only PATH, HOME, USER, LOGNAME, SHELL, TMPDIR, TZ, LANG and LC_…
    public static Command of(String... argv) {
        return of(List.of(argv));
    }

    /// As [#of(String...)].
    public static Command of(List<String> argv) {
        return new Command(argv, CommandEnvironment.clean(System.getenv()), Duration.ofSeconds(2),
                Duration.ofSeconds(5));
    }

    /// The same with one more variable in its environment.
    public Command withVariable(String name, String value) {
        Map<String, String> more = new HashMap<>(environment);
        more.put(name, value);
        return withEnvironment(more);
    }

    /// The same with all that our own environment has, and those given before.
    public Command withOurEnvironment() {
        Map<String, String> all = new HashMap<>(System.getenv());
        all.putAll(environment);
        return withEnvironment(all);
    }

    /// The same with this environment.
    public Command withEnvironment(Map<String, String> all) {
        return new Command(argv, all, hangUp, terminate);
    }

    /// The same with other times.
    public Command withTimes(Duration hangingUp, Duration terminating) {
        return new Command(argv, environment, hangingUp, terminating);
    }

    /// The whole environment of the program that serves this connection: the command's, and what tells of the connection.
    ///
    /// | over | variables |
    /// |---|---|
    /// | TCP | `PROTO=TCP`, TCPREMOTEIP, TCPREMOTEPORT, TCPLOCALIP, TCPLOCALPORT (UCSPI), REMOTE_ADDR, REMOTE_PORT |
    /// | Unix | `PROTO=IPC`, IPCREMOTEEUID, IPCREMOTEEGID, IPCREMOTEPATH, REMOTE_ADDR |
    ///
    /// What is not known is not set, rather than empty; a variable of these families that is inherited is taken away.
    public Map<String, String> environmentFor(ConnectionInfo connection) {
        return CommandEnvironment.of(environment, connection);
    }

    /// How a command has ended.
    ///
    /// @param code its exit code; empty when a signal has ended it
    /// @param text the same as `exit 0` or `killed by SIGTERM`
    /// @param cpu the processor time that it and the processes that it has waited for have used
    public record Exit(OptionalInt code, String text, Duration cpu) {}
}
