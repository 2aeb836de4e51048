package dev.polyserve.cli;

import dev.polyserve.Endpoint;
import dev.polyserve.ModelUnavailableException;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.cli.log.ConsoleLog;
import dev.polyserve.cli.log.AccessLog;
import dev.polyserve.cli.services.Service;
import dev.polyserve.cli.services.ServiceContext;
import dev.polyserve.cli.text.LineWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/// `serve`: a server until a signal ends it.
final class ServeCommand {
    static final String NAME = "serve";
    private static final String CONFIG = "--config";
    private static final int PRINTED_LINES_WAITING = 64;

    private final Stdio stdio;
    private final ConsoleLog log;

    ServeCommand(Stdio stdio, ConsoleLog log) {
        this.stdio = stdio;
        this.log = log;
    }

    /// How it is written.
    static CommandSpec spec() {
        CommandSpec spec = Commands.common(CommandSpec.create().name(NAME));
        for (Setting setting : Setting.values()) {
            spec.addOption(option(setting));
        }
        spec.addOption(OptionSpec.builder(CONFIG).type(String.class).paramLabel("FILE")
                .description(
                        "Reads settings from a TOML file, whose keys are the names of these options; the command line"
                                + " wins. HUP reads it again.")
                .build());
        spec.addPositional(PositionalParamSpec.builder().index("0..*").arity("0..*").type(List.class)
                .auxiliaryTypes(String.class).paramLabel("[SERVICE [ARGUMENTS]]").hideParamSyntax(true)
                .completionCandidates(Stream.of(Service.values()).map(Service::id).toList())
                .description("What to serve (default: echo).").build());
        spec.usageMessage().sortOptions(false).customSynopsis("polyserve serve [SERVICE [ARGUMENTS]] [OPTIONS]")
                .description("Serves until TERM or INT, which drain; a second one ends at once.",
                        "Logs go to standard error; USR1 shows the status there.", "")
                .footer(footer());
        return spec;
    }

    /// Serves.
    int run(ParseResult parsed) {
        Settings commandLine = commandLine(parsed);
        String config = parsed.matchedOptionValue(CONFIG, null);
        Settings settings = config == null ? commandLine : commandLine.orElse(ConfigFile.read(Path.of(config)));
        List<String> words = parsed.matchedPositionalValue(0, List.of());
        ServePlan plan = ServePlan.of(words, settings);
        log.configure(plan.logFormat(), plan.quiet());
        ServerLife life = new ServerLife(log, plan, settings, config == null
                ? null
                : () -> commandLine.orElse(ConfigFile.read(Path.of(config))), words);
        try (LineWriter printer = new LineWriter(stdio.out(), "polyserve-out", PRINTED_LINES_WAITING,
                lost -> lost + " lines were lost because standard output did not take them");
                Signals _ = Signals.on(life.signals());
                Server server = start(plan, printer, life)) {
            stdio.out().println(readyLine(plan, server));
            stdio.out().flush();
            return life.live(server);
        }
    }

    private Server start(ServePlan plan, LineWriter printer, ServerLife life) {
        try {
            ServerBuilder builder = Server.at(plan.endpoints().getFirst()).model(plan.model()).options(plan.options())
                    .listener(new AccessLog(log)).listener(life);
            plan.endpoints().stream().skip(1).forEach(builder::listen);
            plan.service().into(builder, new ServiceContext(plan.arguments(), stdio.in(), printer,
                    plan.allowAmplification(), plan.options().timeouts().idle(),
                    plan.options().limits().highWaterBytes()));
            return builder.start();
        } catch (ModelUnavailableException | IllegalArgumentException | IOException e) {
            throw ExitException.wrong(String.valueOf(e.getMessage()), e);
        }
    }

    private static String readyLine(ServePlan plan, Server server) {
        return "polyserve: serving " + plan.service().id() + " on "
                + server.endpoints().stream().map(Endpoint::toString).collect(Collectors.joining(", "))
                + " with " + server.model().id() + " (pid " + ProcessHandle.current().pid() + ")";
    }

    private static Settings commandLine(ParseResult parsed) {
        Settings settings = new Settings();
        for (Setting setting : Setting.values()) {
            if (parsed.hasMatchedOption(setting.option())) {
                settings.put(setting, values(parsed, setting), setting.option());
            }
        }
        return settings;
    }

    private static List<String> values(ParseResult parsed, Setting setting) {
        return switch (setting.shape()) {
            case TEXT, NUMBER -> List.of(parsed.matchedOptionValue(setting.option(), ""));
            case LIST -> parsed.matchedOptionValue(setting.option(), List.<String>of());
            case FLAG -> List.of("true");
        };
    }

    private static OptionSpec option(Setting setting) {
        OptionSpec.Builder builder = OptionSpec.builder(setting.option()).description(setting.description());
        if (setting == Setting.MODEL || setting == Setting.INNER) {
            builder.completionCandidates(ModelFacts.ids());
        }
        return switch (setting.shape()) {
            case TEXT, NUMBER -> builder.type(String.class).paramLabel(setting.parameter()).build();
            case LIST ->
                builder.type(List.class).auxiliaryTypes(String.class).arity("1").paramLabel(setting.parameter())
                        .build();
            case FLAG -> builder.type(boolean.class).build();
        };
    }

    private static String[] footer() {
        Stream<String> services = Arrays.stream(Service.values()).map(service -> "  "
                + pad(service.id() + (service.parameters().isEmpty() ? "" : " " + service.parameters()))
                + service.description());
        return Stream.of(Stream.of("", "Services:"), services, Stream.of("", "Examples:",
                "  polyserve serve",
                "  polyserve serve upper --listen tcp://*:7000 --listen unix:/tmp/up.sock --model nio --loops 2",
                "  polyserve serve welcome 'Good morning' --max-connections 50 --on-full reject",
                "  polyserve serve proxy tcp://10.0.0.5:5432 --idle-timeout 10m",
                "  polyserve serve --handler com.example.MyHandler --class-path target/classes",
                "  polyserve serve chat --config /etc/polyserve.toml --log-format json"))
                .flatMap(lines -> lines).toArray(String[]::new);
    }

    private static String pad(String text) {
        return text + " ".repeat(Math.max(1, 25 - text.length()));
    }
}
