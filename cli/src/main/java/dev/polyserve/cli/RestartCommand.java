package dev.polyserve.cli;

import dev.polyserve.cli.operation.InitProcessCheck;
import dev.polyserve.cli.text.Units;
import dev.polyserve.linux.process.NonChildProcess;
import dev.polyserve.file.SmallFileReader;
import dev.polyserve.file.IrregularOrOversizedFileException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// Runs `restart`: replaces the program of a running server by a new one.
final class RestartCommand {
    static final String NAME = "restart";
    private static final String PID_FILE = "--pid-file";
    private static final String CONTROL = "--control";
    private static final String WAIT = "--wait";
    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(60);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(20);
    private static final int USR2 = 12;
    private static final int MOST_PID_FILE_BYTES = 1024;

    private final PrintStream out;

    RestartCommand(PrintStream out) {
        this.out = out;
    }

    static CommandSpec spec() {
        CommandSpec spec = CommandTree.common(CommandSpec.create().name(NAME));
        spec.addOption(OptionSpec.builder(PID_FILE).type(String.class).paramLabel("FILE")
                .description("The pid file of the server, as given with --pid-file.").build());
        spec.addOption(OptionSpec.builder(CONTROL).type(String.class).paramLabel("PATH")
                .description(
                        "The control socket of the server, as given with --control; its reply says why a restart fails.")
                .build());
        spec.addOption(OptionSpec.builder(WAIT).type(String.class).paramLabel("DURATION")
                .description("With --pid-file, how long to wait for the new program (default: 60s).").build());
        spec.usageMessage()
                .description(
                        "Restarts a server without downtime: the new program takes over the sockets, and the old one"
                                + " drains its connections. If the new program does not become ready, the old one goes on.")
                .footer("", "Examples:", "  polyserve restart --control /run/up.control",
                        "  polyserve restart --pid-file /run/up.pid");
        return spec;
    }

    /// Restarts the server, and prints the result.
    int run(ParseResult parsed) throws InterruptedException {
        String control = parsed.matchedOptionValue(CONTROL, null);
        String file = parsed.matchedOptionValue(PID_FILE, null);
        if ((control == null) == (file == null)) {
            throw ExitException
                    .wrong("restart needs either --control PATH or --pid-file FILE, as given to the server");
        }
        out.println(control == null
                ? byPidFile(Path.of(file), CommandTree.duration(parsed, WAIT, DEFAULT_WAIT))
                : ControlCommand.ask(control, NAME));
        out.flush();
        return 0;
    }

    private static String byPidFile(Path file, Duration atMost) throws InterruptedException {
        long old = pid(file).orElseThrow(() -> ExitException.wrong("there is no process in the pid file " + file
                + ": no server runs with it"));
        if (old == InitProcessCheck.PID) {
            throw ExitException.failed("process 1 of the pid file " + file + " cannot be restarted: "
                    + InitProcessCheck.WHY_NO_RESTART, null);
        }
        try {
            NonChildProcess.signal(old, USR2);
        } catch (IOException e) {
            throw ExitException.failed("process " + old + " of the pid file " + file + " cannot be signalled: "
                    + e.getMessage(), e);
        }
        long deadline = System.nanoTime() + atMost.toNanos();
        while (System.nanoTime() - deadline < 0) {
            Optional<Long> now = pid(file);
            if (now.isPresent() && now.get() != old) {
                return "process " + now.get() + " has replaced process " + old;
            }
            if (!NonChildProcess.isRunning(old)) {
                throw ExitException.failed("process " + old + " has ended without a successor; see its log", null);
            }
            Thread.sleep(POLL_INTERVAL);
        }
        throw ExitException.failed("no new program is ready after " + Units.written(atMost) + ": process " + old
                + " goes on, and its log says why", null);
    }

    private static Optional<Long> pid(Path file) {
        try {
            String text = SmallFileReader.text(file, MOST_PID_FILE_BYTES).strip();
            return text.matches("[0-9]{1,10}") ? Optional.of(Long.valueOf(text)) : Optional.empty();
        } catch (IrregularOrOversizedFileException e) {
            throw ExitException.wrong("the pid file " + file + " " + e.why(), e);
        } catch (IOException e) {
            throw ExitException.wrong("the pid file " + file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
