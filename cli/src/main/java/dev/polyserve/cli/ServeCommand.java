package dev.polyserve.cli;

import dev.polyserve.Model;
import dev.polyserve.spi.ServerProvider;
import dev.polyserve.spi.ModelDefinition;
import dev.polyserve.Endpoint;
import dev.polyserve.ModelUnavailableException;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.cli.control.ControlSocket;
import dev.polyserve.cli.log.ConsoleLog;
import dev.polyserve.cli.log.AccessLog;
import dev.polyserve.cli.operation.InitProcessCheck;
import dev.polyserve.cli.operation.PidFile;
import dev.polyserve.cli.operation.HotRestart;
import dev.polyserve.cli.services.BuiltInService;
import dev.polyserve.cli.services.ServiceContext;
import dev.polyserve.cli.text.AsyncLineWriter;
import dev.polyserve.linux.process.RunAsUser;
import dev.polyserve.linux.process.FileCreationAttributes;
import dev.polyserve.linux.activation.SocketActivation;
import dev.polyserve.linux.activation.SdNotify;
import dev.polyserve.linux.process.ControllingTerminal;
import dev.polyserve.linux.process.TtinTtouSignals;
import dev.polyserve.linux.restart.RestartPredecessor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/// Runs `serve`: a server, until a signal ends it.
final class ServeCommand {
    static final String NAME = "serve";
    private static final String CONFIG = "--config";
    private static final int PRINT_QUEUE_LINES = 64;

    private final StandardStreams stdio;
    private final ConsoleLog log;
    private final CompletableFuture<Void> serving = new CompletableFuture<>();

    ServeCommand(StandardStreams stdio, ConsoleLog log) {
        this.stdio = stdio;
        this.log = log;
    }

    static CommandSpec spec() {
        CommandSpec spec = CommandTree.common(CommandSpec.create().name(NAME));
        for (ServeSetting setting : ServeSetting.values()) {
            spec.addOption(option(setting));
        }
        spec.addOption(OptionSpec.builder(CONFIG).type(String.class).paramLabel("FILE")
                .description(
                        "Reads settings from a TOML file, with the names of these options as keys; the command line"
                                + " has priority. HUP reads the file again.")
                .build());
        spec.addPositional(PositionalParamSpec.builder().index("0..*").arity("0..*").type(List.class)
                .auxiliaryTypes(String.class).paramLabel("[SERVICE [ARGUMENTS]]").hideParamSyntax(true)
                .completionCandidates(Stream.of(BuiltInService.values()).map(BuiltInService::id).toList())
                .description("The service (default: echo).").build());
        spec.usageMessage().sortOptions(false).customSynopsis("polyserve serve [SERVICE [ARGUMENTS]] [OPTIONS]")
                .description("Serves until TERM or INT, which drain the server; a second one ends it at once.",
                        "Logs go to standard error; USR1 prints the status there. With process-pool, TTIN and TTOU add and"
                                + " remove a worker process. TERM or INT to one worker process replaces it.",
                        "Exit status: 0 drained, even if the deadline or a second signal cut off connections;"
                                + " 1 failed while running, or did not end in time; 2 could not start.",
                        "")
                .footer(footer());
        return spec;
    }

    /// Serves until the server has ended; returns the exit status.
    int run(ParseResult parsed) {
        Optional<RestartPredecessor> predecessor = predecessor();
        ServeSettings commandLine = commandLine(parsed);
        String config = parsed.matchedOptionValue(CONFIG, null);
        ServeSettings settings = config == null ? commandLine : commandLine.orElse(ConfigFile.read(Path.of(config)));
        List<String> words = parsed.matchedPositionalValue(0, List.of());
        blockTerminalSignals();
        ServePlan plan = ServePlan.of(words, settings);
        configureLog(plan);
        StandardStreams own = plan.inheritance().withoutClients(stdio, log);
        SdNotify manager = SdNotify.ofThisProcess();
        SocketActivation.forgetForChildren();
        predecessor.ifPresent(old -> takeOver(old, plan));
        HotRestart restart = restart(plan, predecessor);
        ServerController lifecycle = new ServerController(log, plan, settings,
                configuration(commandLine, config), words, manager, restart);
        try (lifecycle;
                restart;
                manager;
                AsyncLineWriter printer = printer(own);
                SignalHandlers signals = SignalHandlers.on(lifecycle.signals());
                FullHeapMonitor _ = FullHeapMonitor.start(signals);
                @Nullable
                PidFile pidFile = pidFile(plan, predecessor.isPresent());
                Server server = bind(plan, own, printer, lifecycle, predecessor.isPresent());
                @Nullable
                ControlSocket control = control(lifecycle);
                AdminEndpoint admin = AdminEndpoint.bind(plan, server, lifecycle, log, predecessor.isPresent())) {
            start(server);
            awaitConfirmation(predecessor, server);
            lifecycle.serves(server);
            publish(pidFile, control);
            String ready = announce(plan, server, own);
            complete(predecessor);
            admin.start(predecessor);
            return lifecycle.live(server, ready);
        } catch (IOException e) {
            throw ExitException.failed(String.valueOf(e.getMessage()), e);
        }
    }

    private static AsyncLineWriter printer(StandardStreams own) {
        return new AsyncLineWriter(own.out(), "polyserve-out", PRINT_QUEUE_LINES,
                lost -> lost + " lines were lost because standard output was blocked");
    }

    /// Reads the settings again; null without a configuration file.
    private static @Nullable Supplier<ServeSettings> configuration(ServeSettings commandLine, @Nullable String config) {
        return config == null ? null : () -> commandLine.orElse(ConfigFile.read(Path.of(config)));
    }

    private HotRestart restart(ServePlan plan, Optional<RestartPredecessor> predecessor) {
        OperatingOptions operation = plan.operation();
        return new HotRestart(log, plan.endpoints(), predecessor, operation.control(), operation.restartTimeout());
    }

    /// Blocks TTIN and TTOU in the server's threads, so that the server keeps running as a background job: the default
    /// action would stop it, and a stopped job cannot drain on TERM. Under process-pool the signals are requests. This
    /// runs before the first log line, because threads inherit the mask.
    private void blockTerminalSignals() {
        if (Server.isWorker() || !ControllingTerminal.ofThisProcess().isOpen()) {
            return;
        }
        try {
            TtinTtouSignals.blockInThisThread();
        } catch (IOException e) {
            throw ExitException.failed("the signals of the terminal cannot be blocked: " + e.getMessage(), e);
        }
        log.start();
    }

    private static void takeOver(RestartPredecessor predecessor, ServePlan plan) {
        if (ModelDefinition.of(plan.model()).execution().needsChannels()) {
            throw ExitException
                    .wrong("the model nio cannot take over the sockets of the running program (the JDK has no API for that):"
                            + " use another model, such as epoll or virtual, or stop that program and start this one");
        }
        predecessor.takeOver(plan.endpoints());
    }

    private static @Nullable ControlSocket control(ServerController lifecycle) {
        try {
            return lifecycle.control();
        } catch (IOException e) {
            throw ExitException.wrong(String.valueOf(e.getMessage()), e);
        }
    }

    private static Optional<RestartPredecessor> predecessor() {
        try {
            return RestartPredecessor.here();
        } catch (IOException e) {
            throw ExitException.failed("this program was started to take over from another one: " + e.getMessage(), e);
        }
    }

    /// Claims the configured pid file, if any. In a worker, the supervisor holds it.
    private static @Nullable PidFile pidFile(ServePlan plan, boolean takesOver) {
        Optional<Path> path = plan.operation().pidFile();
        try {
            if (path.isEmpty() || Server.isWorker()) {
                return null;
            }
            return takesOver ? PidFile.successor(path.get()) : PidFile.claim(path.get());
        } catch (IOException e) {
            throw ExitException.wrong(String.valueOf(e.getMessage()), e);
        }
    }

    private Server bind(ServePlan plan, StandardStreams own, AsyncLineWriter printer, ServerController lifecycle,
            boolean takesOver) {
        try {
            ServerBuilder builder = Server.at(plan.endpoints().getFirst()).model(plan.model()).options(plan.options())
                    .listener(new AccessLog(log)).listener(lifecycle);
            plan.tls().ifPresent(builder::tls);
            plan.endpoints().stream().skip(1).forEach(builder::listen);
            CompletableFuture<Server> served = new CompletableFuture<>();
            plan.service().into(builder, new ServiceContext(plan.arguments(), own.in(), printer,
                    plan.allowAmplification(), plan.datagramRate(), served::join, plan.exec(), lifecycle.upstreams(),
                    servesClients(plan), serving));
            lifecycle.watchIdleness(builder);
            lifecycle.watchTerminal(builder);
            // Resolved before binding, so that a wrong name has no side effect.
            Optional<RunAsUser> account = takesOver ? Optional.empty() : account(plan);
            // A worker binds no sockets: its supervisor has bound them.
            FileCreationAttributes files = Server.isWorker()
                    ? FileCreationAttributes.AS_EVER
                    : plan.operation().files().creation(account);
            Server bound = files.of(builder::bind);
            served.complete(bound);
            becomeUser(bound, account);
            return bound;
        } catch (ModelUnavailableException | IllegalArgumentException | IOException e) {
            throw ExitException.wrong(String.valueOf(e.getMessage()), e);
        }
    }

    /// Whether this process serves clients itself, rather than its worker processes.
    private static boolean servesClients(ServePlan plan) {
        return Server.isWorker() || ModelDefinition.of(plan.model()).execution().processes().isEmpty();
    }

    /// The user to become. A worker inherits it from its supervisor, and a new program from the old one.
    private static Optional<RunAsUser> account(ServePlan plan) throws IOException {
        Optional<String> user = plan.operation().user();
        return user.isEmpty() || Server.isWorker() ? Optional.empty() : Optional.of(RunAsUser.of(user.get()));
    }

    /// What needs root is done once the endpoints are bound; nothing is served yet.
    private static void becomeUser(Server bound, Optional<RunAsUser> account) throws IOException {
        try {
            if (account.isPresent()) {
                account.get().become();
            }
        } catch (IOException | RuntimeException | Error e) {
            bound.close();
            throw e;
        }
    }

    private static void start(Server bound) {
        try {
            Server _ = bound.start();
        } catch (ModelUnavailableException | IllegalArgumentException | IOException e) {
            throw ExitException.wrong(String.valueOf(e.getMessage()), e);
        }
    }

    private static void awaitConfirmation(Optional<RestartPredecessor> predecessor, Server server) throws IOException {
        if (predecessor.isPresent()) {
            ServerProvider.load().takeBans(server, predecessor.get().awaitConfirmation());
        }
    }

    private static void complete(Optional<RestartPredecessor> predecessor) throws IOException {
        if (predecessor.isPresent()) {
            predecessor.get().complete();
        }
    }

    /// Makes the server known by its pid file and its control socket. The pid file, which is more likely to fail, comes
    /// first: when it fails, the control socket of a predecessor is still in place.
    private static void publish(@Nullable PidFile pidFile, @Nullable ControlSocket control) throws IOException {
        if (pidFile != null) {
            pidFile.write(ProcessHandle.current().pid());
        }
        if (control != null) {
            control.start();
        }
    }

    private void configureLog(ServePlan plan) {
        log.configure(plan.logFormat(), plan.quiet());
        if (plan.service() == BuiltInService.EXEC && InitProcessCheck.isThis()) {
            log.warn(InitProcessCheck.WHAT_STAYS, null, "event", "no-init");
        }
    }

    /// Prints the ready line.
    ///
    /// @return the same text, for the service manager
    private String announce(ServePlan plan, Server server, StandardStreams own) {
        String ready = readyLine(plan, server);
        own.out().println("polyserve: " + ready);
        own.out().flush();
        serving.complete(null);
        return ready;
    }

    private static String readyLine(ServePlan plan, Server server) {
        return "serving " + plan.service().id() + " on "
                + server.endpoints().stream().map(Endpoint::toString).collect(Collectors.joining(", "))
                + " with " + server.model().id() + " (pid " + ProcessHandle.current().pid() + ")";
    }

    private static ServeSettings commandLine(ParseResult parsed) {
        ServeSettings settings = new ServeSettings();
        for (ServeSetting setting : ServeSetting.values()) {
            if (parsed.hasMatchedOption(setting.option())) {
                settings.put(setting, values(parsed, setting), setting.option());
            }
        }
        return settings;
    }

    private static List<String> values(ParseResult parsed, ServeSetting setting) {
        return switch (setting.shape()) {
            case TEXT, NUMBER -> List.of(parsed.matchedOptionValue(setting.option(), ""));
            case LIST -> parsed.matchedOptionValue(setting.option(), List.<String>of());
            case FLAG -> List.of("true");
        };
    }

    private static OptionSpec option(ServeSetting setting) {
        OptionSpec.Builder builder = OptionSpec.builder(setting.option()).description(setting.description());
        if (setting == ServeSetting.MODEL || setting == ServeSetting.INNER) {
            builder.completionCandidates(Model.all().stream().map(Model::id).toList());
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
        Stream<String> services = Arrays.stream(BuiltInService.values()).map(service -> "  "
                + pad(service.id() + (service.parameters().isEmpty() ? "" : " " + service.parameters()))
                + service.description());
        return Stream.of(Stream.of("", "Services:"), services, Stream.of("", "Examples:",
                "  polyserve serve",
                "  polyserve serve upper --listen tcp://*:7000 --listen unix:/tmp/up.sock --model nio --loops 2",
                "  polyserve serve welcome 'Good morning' --max-connections 50 --on-full reject",
                "  polyserve serve exec --listen tcp://127.0.0.1:7070 -- sh -c 'echo you are $REMOTE_ADDR; exec cat'",
                "  polyserve serve proxy tcp://10.0.0.5:5432 --idle-timeout 10m",
                "  polyserve serve proxy tcp://10.0.0.5:80 tcp://10.0.0.6:80 --balance hash --health-interval 2s",
                "  polyserve serve --handler com.example.MyHandler --class-path target/classes",
                "  polyserve serve chat --config /etc/polyserve.toml --log-format json",
                "  polyserve serve daytime --listen tcp://*:13 --user nobody --pid-file /run/daytime/pid",
                "  systemd-socket-activate -l 7000 ./polyserve serve upper --exit-idle 5m"))
                .flatMap(lines -> lines).toArray(String[]::new);
    }

    private static String pad(String text) {
        return text + " ".repeat(Math.max(1, 25 - text.length()));
    }
}
