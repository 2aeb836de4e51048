package dev.polyserve;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;

/// A program that serves connections, one per start, with the connection as its input and output, as under `inetd`:
/// [ServerBuilder#command].
///
/// The program gets the connection as descriptors 0 and 1, the server's standard error as 2, and no other descriptor.
/// It runs in a process group of its own, with an empty signal mask and the default action of every signal. The
/// connection ends when the program exits; processes left in its group are then terminated, too. When the client
/// disconnects or the server ends the connection, the program reads the end of its input. After [#hangUp] its group
/// gets SIGTERM, and [#terminate] later SIGKILL.
///
/// **Thread**: any.
///
/// Immutable: a `with…` method returns another one. Two with the same parts are equal.
public final class InetdCommand extends ValueObject {
    private final Parts values;

    private InetdCommand(Parts values) {
        super(values);
        this.values = values;
    }

    private InetdCommand with(Consumer<Parts> change) {
        return new InetdCommand(ValueFields.changed(values, change));
    }

    /// The program, a path or a name to be found on the PATH, and its arguments.
    public List<String> argv() {
        return values.argv;
    }

    /// The variables of its environment, without those that describe the connection ([#environmentFor]).
    public Map<String, String> environment() {
        return values.environment;
    }

    /// How long it may continue after its client has disconnected.
    public Duration hangUp() {
        return values.hangUp;
    }

    /// How long it may continue after SIGTERM.
    public Duration terminate() {
        return values.terminate;
    }

    /// This program with these arguments, a clean environment and the default times: two seconds to hang up, five to
    /// terminate.
    ///
    /// A clean environment holds only PATH, HOME, USER, LOGNAME, SHELL, TMPDIR, TZ, LANG and LC_… of this process.
    public static InetdCommand of(String... argv) {
        return of(List.of(argv));
    }

    /// As [#of(String...)].
    ///
    /// @throws IllegalArgumentException when no program is named
    public static InetdCommand of(List<String> argv) {
        return new InetdCommand(new Parts()).with(values -> {
            values.argv = List.copyOf(argv);
            values.environment = InetdEnvironment.clean(System.getenv());
        });
    }

    /// The same with one more variable in its environment.
    public InetdCommand withVariable(String name, String value) {
        Map<String, String> more = new HashMap<>(values.environment);
        more.put(name, value);
        return withEnvironment(more);
    }

    /// The same with the whole environment of this process; variables set before stay.
    public InetdCommand withOurEnvironment() {
        Map<String, String> all = new HashMap<>(System.getenv());
        all.putAll(values.environment);
        return withEnvironment(all);
    }

    /// The same with this environment.
    public InetdCommand withEnvironment(Map<String, String> all) {
        return with(values -> values.environment = Map.copyOf(all));
    }

    /// The same with other times.
    public InetdCommand withTimes(Duration hangingUp, Duration terminating) {
        return with(values -> {
            values.hangUp = hangingUp;
            values.terminate = terminating;
        });
    }

    /// The whole environment of the program for this connection: the command's variables and those that describe the
    /// connection.
    ///
    /// | over | variables |
    /// |---|---|
    /// | TCP | `PROTO=TCP`, TCPREMOTEIP, TCPREMOTEPORT, TCPLOCALIP, TCPLOCALPORT (UCSPI), REMOTE_ADDR, REMOTE_PORT |
    /// | Unix | `PROTO=IPC`, IPCREMOTEEUID, IPCREMOTEEGID, IPCREMOTEPATH, REMOTE_ADDR |
    ///
    /// An unknown value is left unset rather than empty. Inherited variables of these families are removed.
    public Map<String, String> environmentFor(ConnectionInfo connection) {
        return InetdEnvironment.of(values.environment, connection);
    }

    /// How a command has ended.
    ///
    /// @param code its exit code; empty when a signal ended it
    /// @param text the same as text: `exit 0` or `killed by SIGTERM`
    /// @param cpu the processor time of the program and of the child processes that it has waited for
    public record Exit(OptionalInt code, String text, Duration cpu) {}

    /// The fields, and their defaults.
    private static final class Parts extends ValueFields {
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
