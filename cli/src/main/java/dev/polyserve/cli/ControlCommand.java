package dev.polyserve.cli;

import dev.polyserve.cli.control.ControlClient;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// Runs `status`, `workers`, `bans` and `drain`: sends a request to a running server over its control socket.
final class ControlCommand {
    static final String STATUS = "status";
    static final String WORKERS = "workers";
    static final String BANS = "bans";
    static final String DRAIN = "drain";
    private static final String LIFT = "--lift";
    private static final String CONTROL = "--control";
    private static final String FORMAT = "--format";

    private final PrintStream out;

    ControlCommand(PrintStream out) {
        this.out = out;
    }

    static CommandSpec status() {
        return withFormat(spec(STATUS, "Shows the status of a running server: connections, limits reached, workers.",
                "  polyserve status --control /run/up.control",
                "  polyserve status --control /run/up.control --format json"));
    }

    static CommandSpec workers() {
        return withFormat(spec(WORKERS, "Shows the worker processes of a running server.",
                "  polyserve workers --control /run/up.control"));
    }

    static CommandSpec bans() {
        return withFormat(spec(BANS, "Shows the addresses that --ban refuses now, or lifts such a ban.",
                "  polyserve bans --control /run/up.control",
                "  polyserve bans --control /run/up.control --lift 192.0.2.7"))
                .addOption(OptionSpec.builder(LIFT).type(String.class).paramLabel("ADDRESS|all")
                        .description("Lifts the ban of this address, or all bans.").build());
    }

    static CommandSpec drain() {
        return spec(DRAIN, "Drains a running server, as TERM does, and waits until it has ended.",
                "  polyserve drain --control /run/up.control");
    }

    private static CommandSpec spec(String name, String description, String... examples) {
        CommandSpec spec = CommandTree.common(CommandSpec.create().name(name));
        spec.addOption(OptionSpec.builder(CONTROL).type(String.class).paramLabel("PATH").required(true)
                .description("The control socket of the server, as given with --control.").build());
        String[] footer = new String[examples.length + 2];
        footer[0] = "";
        footer[1] = "Examples:";
        System.arraycopy(examples, 0, footer, 2, examples.length);
        spec.usageMessage().description(description).footer(footer);
        return spec;
    }

    private static CommandSpec withFormat(CommandSpec spec) {
        return spec.addOption(OptionSpec.builder(FORMAT).type(String.class).paramLabel("text|json")
                .completionCandidates(List.of("text", "json")).description("A table, or JSON (default: text).")
                .build());
    }

    /// Sends the request and prints the reply.
    int run(String name, ParseResult parsed) {
        String request = switch (name) {
            case DRAIN -> DRAIN;
            case BANS -> bansRequest(parsed);
            default -> name + " " + format(parsed);
        };
        out.println(ask(parsed.matchedOptionValue(CONTROL, ""), request));
        out.flush();
        return 0;
    }

    private static String bansRequest(ParseResult parsed) {
        String lifted = parsed.matchedOptionValue(LIFT, "");
        return lifted.isEmpty() ? BANS + " " + format(parsed) : "lift " + lifted;
    }

    private static String format(ParseResult parsed) {
        String format = parsed.matchedOptionValue(FORMAT, "text");
        return switch (format) {
            case "text", "json" -> format;
            default -> throw ExitException.wrong("bad --format '" + format + "': it must be text or json");
        };
    }

    /// The server's reply.
    static String ask(String socket, String request) {
        try {
            return ControlClient.ask(Path.of(socket), request);
        } catch (IOException | ControlClient.RefusedException e) {
            throw ExitException.failed(String.valueOf(e.getMessage()), e);
        }
    }
}
