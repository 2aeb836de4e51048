package dev.polyserve.cli.services;

import dev.polyserve.file.FileNameEncoding;
import dev.polyserve.linux.activation.SocketActivation;
import dev.polyserve.linux.process.CurrentProgram;
import java.util.Map;
import dev.polyserve.InetdCommand;
import dev.polyserve.ServerBuilder;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// The options of the service `exec`: how it runs its program.
///
/// @param variables additions to its environment: `NAME=VALUE`; `NAME` to pass on the server's variable; `*` to pass on
///         all
/// @param stdio its standard input and output
public record ExecOptions(List<String> variables, Stdio stdio) {
    private static final String ALL_OF_OURS = "*";

    /// The standard input and output of the program.
    public enum Stdio {
        /// The connection itself.
        SOCKET,
        /// Pipes, which the server reads and writes.
        PIPE;

        /// The default of this system.
        public static Stdio defaultKind() {
            return System.getProperty("os.name", "").equals("Linux") ? SOCKET : PIPE;
        }

        /// The kind with this name.
        ///
        /// @throws IllegalArgumentException when the name is unknown
        public static Stdio named(String name) {
            return List.of(values()).stream().filter(each -> each.name().toLowerCase(Locale.ROOT).equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("it must be socket or pipe"));
        }
    }

    /// Copies and checks the variables.
    ///
    /// @throws IllegalArgumentException when a variable has no name, or is to be passed on and is not set
    public ExecOptions {
        variables = List.copyOf(variables);
        for (String variable : variables) {
            if (variable.isEmpty() || variable.startsWith("=")) {
                throw new IllegalArgumentException("the environment variable '" + variable + "' has no name");
            }
            if (!variable.contains("=") && !variable.equals(ALL_OF_OURS) && System.getenv(variable) == null) {
                throw new IllegalArgumentException("the environment variable " + variable
                        + " is not set here, so it cannot be passed on: give it a value, as in " + variable + "=value");
            }
        }
    }

    /// Configures a server to run the program.
    void into(ServerBuilder builder, ServiceContext context) {
        InetdCommand command = command(context.arguments());
        switch (stdio) {
            case SOCKET -> builder.command(command);
            case PIPE -> builder.handle(new PipedCommand(requireText(command), context::options));
        }
    }

    /// Rejects a command that the JDK cannot pass on: for pipes it replaces characters that the locale's encoding
    /// cannot represent by question marks.
    ///
    /// @throws IllegalArgumentException when the command contains such a character
    private static InetdCommand requireText(InetdCommand command) {
        Stream<String> variables = command.environment().entrySet().stream().map(Object::toString);
        Stream.concat(command.argv().stream(), variables).filter(text -> !FileNameEncoding.canEncode(text)).findFirst()
                .ifPresent(text -> {
                    throw new IllegalArgumentException(
                            "'" + text + "' cannot be given to a program in this locale's encoding, "
                                    + FileNameEncoding.ENCODING
                                    + ": start java with LC_ALL=C.UTF-8, or take --stdio socket");
                });
        return command;
    }

    private InetdCommand command(List<String> argv) {
        InetdCommand command = InetdCommand.of(argv);
        for (String variable : variables) {
            int equals = variable.indexOf('=');
            if (equals > 0) {
                command = command.withVariable(variable.substring(0, equals), variable.substring(equals + 1));
            } else if (variable.equals(ALL_OF_OURS)) {
                command = command.withEnvironment(ours(command.environment()));
            } else {
                command = command.withVariable(variable,
                        Optional.ofNullable(System.getenv(variable)).orElseThrow());
            }
        }
        return command.withEnvironment(CurrentProgram.exact(command.environment()));
    }

    /// All variables of the server except a service manager's for this process, and except the given ones.
    private static Map<String, String> ours(Map<String, String> given) {
        Map<String, String> ours = CurrentProgram.environment();
        SocketActivation.forget(ours);
        ours.putAll(given);
        return ours;
    }
}
