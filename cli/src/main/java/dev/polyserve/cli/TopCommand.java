package dev.polyserve.cli;

import dev.polyserve.cli.top.Top;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// Runs `top`: shows a running server live, on a terminal with keys, in a pipe as lines.
final class TopCommand {
    static final String NAME = "top";
    private static final String CONTROL = "--control";
    private static final String INTERVAL = "--interval";
    private static final String LINES = "--lines";
    private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(1);

    private final StandardStreams stdio;

    TopCommand(StandardStreams stdio) {
        this.stdio = stdio;
    }

    static CommandSpec spec() {
        CommandSpec spec = CommandTree.common(CommandSpec.create().name(NAME));
        spec.addOption(OptionSpec.builder(CONTROL).type(String.class).paramLabel("PATH").required(true)
                .description("The control socket of the server, as given with --control.").build());
        spec.addOption(OptionSpec.builder(INTERVAL).type(String.class).paramLabel("DURATION")
                .description("Time between two looks (default: 1s).").build());
        spec.addOption(OptionSpec.builder(LINES).type(String.class).paramLabel("N")
                .description("Prints N lines and ends, also on a terminal (default: until the server ends).").build());
        spec.usageMessage().description("Shows a running server live: rates, event loops, limits and connections.",
                "On a terminal: q quits, s sorts by another column, r reverses, f filters, e ends a connection.",
                "In a pipe: one line at each look.")
                .footer("", "Examples:", "  polyserve top --control /run/up.control",
                        "  polyserve top --control /run/up.control --lines 10 --interval 5s");
        return spec;
    }

    /// Shows the server until it ends, or the view is quit.
    int run(ParseResult parsed) throws InterruptedException {
        Duration interval = CommandTree.duration(parsed, INTERVAL, DEFAULT_INTERVAL);
        if (!interval.isPositive()) {
            throw ExitException.wrong("bad " + INTERVAL + ": it must be greater than 0");
        }
        String lines = parsed.matchedOptionValue(LINES, "0");
        if (!lines.matches("[0-9]{1,9}")) {
            throw ExitException.wrong("bad " + LINES + " '" + lines + "': it is not a whole number");
        }
        Top top = new Top(Path.of(parsed.matchedOptionValue(CONTROL, "")), interval);
        try {
            if (stdio.isTerminal() && !parsed.hasMatchedOption(LINES)) {
                top.show();
            } else {
                top.print(stdio.out(), Integer.parseInt(lines));
            }
            return 0;
        } catch (IOException e) {
            throw ExitException.failed(String.valueOf(e.getMessage()), e);
        }
    }
}
