package dev.polyserve.cli;

import dev.polyserve.cli.operation.FirstProcess;
import dev.polyserve.cli.text.Units;
import dev.polyserve.linux.process.OtherProcess;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// `restart`: a new program in the place of one that serves.
final class RestartCommand {
    static final String NAME = "restart";
    private static final String PID_FILE = "--pid-file";
    private static final String CONTROL = "--control";
    private static final String WAIT = "--wait";
    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final int USR2 = 12;

    private final PrintStream out;

    RestartCommand(PrintStream out) {
        this.out = out;
    }

    /// How it is written.
    static CommandSpec spec() {
        CommandSpec spec = Commands.common(CommandSpec.create().name(NAME));
        spec.addOption(OptionSpec.builder(PID_FILE).type(String.class).paramLabel("FILE")
                .description("The file that the server was given with --pid-file.").build());
        spec.addOption(OptionSpec.builder(CONTROL).type(String.class).paramLabel("PATH")
                .description("The socket that the server was given with --control; it tells why a restart fails.")
                .build());
        spec.addOption(OptionSpec.builder(WAIT).type(String.class).paramLabel("DURATION")
                .description("With --pid-file, how long to wait for the new program (default: 60s).").build());
        spec.usageMessage()
                .description("Starts the program of a server anew: the new one takes over its sockets, the old one"
                        + " lets its connections come to their ends. If the new one does not serve, the old one goes on.")
                .footer("", "Examples:", "  polyserve restart --control /run/up.control",
                        "  polyserve restart --pid-file /run/up.pid");
        return spec;
    }

    /// Restarts, and tells how that went.
    int run(ParseResult parsed) throws InterruptedException {
        String control = parsed.matchedOptionValue(CONTROL, null);
        String file = parsed.matchedOptionValue(PID_FILE, null);
        if ((control == null) == (file == null)) {
            throw ExitException
                    .wrong("restart needs one of --control PATH and --pid-file FILE, as the server was given it");
        }
        out.println(control == null
                ? byPidFile(Path.of(file), Commands.duration(parsed, WAIT, DEFAULT_WAIT))
                : ControlCommand.ask(control, NAME));
        out.flush();
        return 0;
    }

    private static String byPidFile(Path file, Duration atMost) throws InterruptedException {
        long old = pid(file).orElseThrow(() -> ExitException.wrong("there is no process in the pid file " + file
                + ": no server runs with it"));
        if (old == FirstProcess.PID) {
            throw ExitException.failed("process 1 of the pid file " + file + " cannot be restarted: "
                    + FirstProcess.WHY_NO_RESTART, null);
        }
        try {
            OtherProcess.signal(old, USR2);
        } catch (IOException e) {
            throw ExitException.failed("process " + old + " of the pid file " + file + " cannot be signalled: "
                    + e.getMessage(), e);
        }
        long deadline = System.nanoTime() + atMost.toNanos();
        while (System.nanoTime() - deadline < 0) {
            Optional<Long> now = pid(file);
            if (now.isPresent() && now.get() != old) {
                return "process " + now.get() + " serves in the place of process " + old;
            }
            if (!OtherProcess.isRunning(old)) {
                throw ExitException.failed("process " + old + " has ended, and no other one serves; see its log", null);
            }
            Thread.sleep(LOOK);
        }
        throw ExitException.failed("no new program serves after " + Units.written(atMost) + ": process " + old
                + " goes on, and its log says why", null);
    }

    private static Optional<Long> pid(Path file) {
        try {
            String text = Files.readString(file).strip();
            return text.matches("[0-9]{1,10}") ? Optional.of(Long.valueOf(text)) : Optional.empty();
        } catch (IOException e) {
            throw ExitException.wrong("the pid file " + file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
