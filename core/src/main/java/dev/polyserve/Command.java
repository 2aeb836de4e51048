package dev.polyserve;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;

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
/// Unchangeable: a `with…` method returns another one. Two with the same parts are equal.
public final class Command extends ValueObject {
    private final Parts values;

    private Command(Parts values) {
        super(values);
        this.values = values;
    }

    private Command with(Consumer<Parts> change) {
        return new Command(Values.changed(values, change));
    }

    /// The program, a path or a name to be found on the PATH, and its arguments.
    public List<String> argv() {
        return values.argv;
    }

    /// What its environment has, besides what tells of the connection ([#environmentFor]).
    public Map<String, String> environment() {
        return values.environment;
    }

    /// How long it may go on without its client.
    public Duration hangUp() {
        return values.hangUp;
    }

    /// How long it may go on after SIGTERM.
    public Duration terminate() {
        return values.terminate;
    }

    /// This program with these arguments, a clean environment and the usual times, two and five seconds.
    ///
    /// Clean is: of ours only PATH, HOME, USER, LOGNAME, SHELL, TMPDIR, TZ, LANG and LC_…
    public static Command of(String... argv) {
        return of(List.of(argv));
    }

    /// As [#of(String...)].
    ///
    /// @throws IllegalArgumentException when no program is named
    public static Command of(List<String> argv) {
        return new Command(new Parts()).with(values -> {
            values.argv = List.copyOf(argv);
            values.environment = CommandEnvironment.clean(System.getenv());
        });
    }

    /// The same with one more variable in its environment.
    public Command withVariable(String name, String value) {
        Map<String, String> more = new HashMap<>(values.environment);
        more.put(name, value);
        return withEnvironment(more);
    }

    /// The same with all that our own environment has, and those given before.
    public Command withOurEnvironment() {
        Map<String, String> all = new HashMap<>(System.getenv());
        all.putAll(values.environment);
        return withEnvironment(all);
    }

    /// The same with this environment.
    public Command withEnvironment(Map<String, String> all) {
        return with(values -> values.environment = Map.copyOf(all));
    }

    /// The same with other times.
    public Command withTimes(Duration hangingUp, Duration terminating) {
        return with(values -> {
            values.hangUp = hangingUp;
            values.terminate = terminating;
        });
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
        return CommandEnvironment.of(values.environment, connection);
    }

    /// How a command has ended.
    ///
    /// @param code its exit code; empty when a signal has ended it
    /// @param text the same as `exit 0` or `killed by SIGTERM`
    /// @param cpu the processor time that it and the processes that it has waited for have used
    public record Exit(OptionalInt code, String text, Duration cpu) {}

    /// The fields, and their defaults.
    private static final class Parts extends Values {
        List<String> argv = List.of();
        Map<String, String> environment = Map.of();
        Duration hangUp = Duration.ofSeconds(2);
        Duration terminate = Duration.ofSeconds(5);

        @Override
        Object[] parts() {
            return new Object[]{"argv", argv, "environment", environment, "hangUp", hangUp, "terminate", terminate};
        }

        @Override
        void check() {
            if (argv.isEmpty() || argv.getFirst().isEmpty()) {
                throw new IllegalArgumentException("a command names no program to start");
            }
            if (hangUp.isNegative() || terminate.isNegative()) {
                throw new IllegalArgumentException("a command's times are negative: " + hangUp + ", " + terminate);
            }
        }
    }
}
