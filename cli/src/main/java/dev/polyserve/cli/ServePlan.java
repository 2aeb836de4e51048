package dev.polyserve.cli;

import dev.polyserve.spi.ModelVariant;
import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.spi.ModelVariant;
import dev.polyserve.OnFull;
import dev.polyserve.Options;
import dev.polyserve.cli.log.ConsoleLog;
import dev.polyserve.cli.services.DatagramRate;
import dev.polyserve.cli.services.Exec;
import dev.polyserve.cli.services.Servable;
import dev.polyserve.cli.services.Service;
import dev.polyserve.cli.services.UserHandler;
import dev.polyserve.cli.text.Units;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/// What `serve` is to do, read and checked as a whole before anything begins.
///
/// @param service what is served
/// @param arguments what followed its name
/// @param endpoints where
/// @param model how
/// @param options within which limits
/// @param logFormat how log lines look
/// @param quiet whether only warnings and errors are logged
/// @param allowAmplification whether the small services answer datagrams of everybody
/// @param datagramRate how many datagrams of one source the small services answer
/// @param exec how a program is run
/// @param operation how it is operated
/// @param inheritance which sockets it has inherited
record ServePlan(Servable service, List<String> arguments, List<Endpoint> endpoints, Model model, Options options,
        ConsoleLog.Format logFormat, boolean quiet, boolean allowAmplification, DatagramRate datagramRate,
        Exec exec, OperatingOptions operation, InheritedSockets inheritance) {
    private static final int DATAGRAM_RATE = 100;
    private static final String DEFAULT_ENDPOINT = "tcp://127.0.0.1:8888";

    /// Reads the words after `serve` and the settings.
    ///
    /// @throws ExitException with a sentence about the first thing that is wrong
    static ServePlan of(List<String> words, Settings settings) {
        List<String> arguments = words.isEmpty() ? List.of() : words.subList(1, words.size());
        List<Endpoint> endpoints = endpoints(settings);
        Servable service = service(words, arguments, settings);
        Exec exec = exec(settings, service);
        boolean commands = service == Service.EXEC && exec.stdio() == Exec.Stdio.SOCKET;
        Model model = commands ? Models.ofCommands(settings) : Models.of(settings);
        ServePlan plan = new ServePlan(service, arguments, endpoints, model, Options.defaults(), logFormat(settings),
                settings.flag(Setting.QUIET), settings.flag(Setting.ALLOW_AMPLIFICATION),
                datagramRate(settings, service, model), exec,
                OperatingOptions.of(settings), InheritedSockets.among(endpoints));
        plan.checkEndpoints();
        plan.checkProcesses();
        return plan.withOptions(options(settings, plan.service));
    }

    private ServePlan withOptions(Options all) {
        return new ServePlan(service, arguments, endpoints, model, all, logFormat, quiet, allowAmplification,
                datagramRate, exec, operation, inheritance);
    }

    private static Exec exec(Settings settings, Servable service) {
        for (Setting setting : List.of(Setting.STDIO, Setting.ENV)) {
            if (settings.has(setting) && service != Service.EXEC) {
                throw ExitException.wrong(settings.where(setting) + " goes with exec only, and " + service.id()
                        + " runs no program");
            }
        }
        Exec.Stdio stdio = settings.read(Setting.STDIO, Exec.Stdio::named).orElseGet(Exec.Stdio::usual);
        return sentence(() -> new Exec(settings.list(Setting.ENV), stdio));
    }

    /// The workers of a pool receive at the same socket, each what it comes to first; any other server receives in one process.
    private static DatagramRate datagramRate(Settings settings, Servable service, Model model) {
        boolean answers = service == Service.ECHO || service == Service.UPPER || service.amplifies();
        if (settings.has(Setting.DATAGRAM_RATE) && !answers) {
            throw ExitException
                    .wrong(settings.where(Setting.DATAGRAM_RATE) + " goes with echo, upper, chargen, daytime,"
                            + " time and qotd, and " + service.id() + " is none of them");
        }
        return new DatagramRate(settings.number(Setting.DATAGRAM_RATE).orElse(DATAGRAM_RATE),
                model instanceof ModelVariant.ProcessPool pool ? pool.maxWorkers() : 1);
    }

    private static Servable service(List<String> words, List<String> arguments, Settings settings) {
        if (!settings.has(Setting.HANDLER)) {
            if (settings.has(Setting.CLASS_PATH)) {
                throw ExitException.wrong(settings.where(Setting.CLASS_PATH) + " goes with --handler CLASS only");
            }
            return sentence(() -> words.isEmpty() ? Service.ECHO : Service.named(words.getFirst(), arguments));
        }
        if (!words.isEmpty()) {
            throw ExitException
                    .wrong(settings.where(Setting.HANDLER) + " is served instead of a service, and the service '"
                            + words.getFirst() + "' was given too: take one of them");
        }
        return sentence(() -> UserHandler.load(settings.text(Setting.HANDLER).orElseThrow(),
                settings.text(Setting.CLASS_PATH).orElse(".")));
    }

    private static List<Endpoint> endpoints(Settings settings) {
        if (settings.has(Setting.LISTEN)) {
            return sentence(() -> settings.list(Setting.LISTEN).stream().map(Endpoint::parse).toList());
        }
        List<Endpoint> handedDown = InheritedSockets.endpoints();
        return handedDown.isEmpty() ? List.of(Endpoint.parse(DEFAULT_ENDPOINT)) : handedDown;
    }

    private static ConsoleLog.Format logFormat(Settings settings) {
        return settings.read(Setting.LOG_FORMAT, text -> switch (text) {
            case "text" -> ConsoleLog.Format.TEXT;
            case "json" -> ConsoleLog.Format.JSON;
            default -> throw new IllegalArgumentException("it is text or json");
        }).orElse(ConsoleLog.Format.TEXT);
    }

    private static Options options(Settings settings, Servable service) {
        return sentence(() -> {
            Options options = Options.defaults().withLimits(limits -> limits(settings, limits))
                    .withTimeouts(timeouts -> timeouts(settings, service, timeouts));
            return options.withSockets(sockets -> sockets(settings, service, sockets))
                    .withOnFull(settings.read(Setting.ON_FULL, ServePlan::onFull).orElse(options.onFull()));
        });
    }

    private static Options.Limits limits(Settings settings, Options.Limits defaults) {
        Options.Limits limits = defaults
                .withConnections(settings.number(Setting.MAX_CONNECTIONS).orElse(defaults.connections()))
                .withConnectionsPerAddress(settings.number(Setting.MAX_PER_IP).orElse(defaults.connectionsPerAddress()))
                .withQueue(settings.number(Setting.QUEUE).orElse(defaults.queue()));
        return settings.bytes(Setting.MAX_FRAME).map(limits::withFrameBytes).orElse(limits);
    }

    private static Options.Sockets sockets(Settings settings, Servable service, Options.Sockets defaults) {
        if (settings.has(Setting.DEFER_ACCEPT) && service.speaksFirst()) {
            throw ExitException.wrong(settings.where(Setting.DEFER_ACCEPT) + " leaves clients in the kernel until they"
                    + " speak, and " + service.id() + " speaks first: leave it out");
        }
        Options.Sockets sockets = defaults
                .withBacklog(settings.number(Setting.BACKLOG).orElse(defaults.backlog()))
                .withBufferBytes(settings.bytes(Setting.RECEIVE_BUFFER).orElse(defaults.receiveBufferBytes()),
                        settings.bytes(Setting.SEND_BUFFER).orElse(defaults.sendBufferBytes()))
                .withUserTimeout(settings.duration(Setting.USER_TIMEOUT).orElse(defaults.userTimeout()))
                .withDeferAccept(settings.duration(Setting.DEFER_ACCEPT).orElse(defaults.deferAccept()));
        return settings.read(Setting.KEEP_ALIVE, ServePlan::keepAlive).map(sockets::withKeepAlive).orElse(sockets);
    }

    private static Options.KeepAlive keepAlive(String text) {
        String[] parts = text.split(",", -1);
        if (parts.length == 1) {
            return Options.KeepAlive.after(Units.duration(text));
        }
        if (parts.length != 3 || !parts[2].matches("[0-9]{1,3}")) {
            throw new IllegalArgumentException("it is IDLE or IDLE,INTERVAL,COUNT, as in 60s,10s,6");
        }
        return new Options.KeepAlive(Units.duration(parts[0]), Units.duration(parts[1]), Integer.parseInt(parts[2]));
    }

    /// A client that is not expected to speak first is not ended for being silent at first, and who sets an idle time means it
    /// for the first byte too.
    private static Options.Timeouts timeouts(Settings settings, Servable service, Options.Timeouts defaults) {
        Duration idle = settings.duration(Setting.IDLE_TIMEOUT).orElse(defaults.idle());
        Duration firstByte = settings.has(Setting.IDLE_TIMEOUT) ? idle : defaults.firstByte();
        return defaults.withIdle(idle).withFirstByte(service.speaksFirst() ? Duration.ZERO : firstByte)
                .withDrain(settings.duration(Setting.DRAIN_TIMEOUT).orElse(defaults.drain()))
                .withSpin(settings.duration(Setting.SPIN).orElse(defaults.spin()));
    }

    private static OnFull onFull(String text) {
        return switch (text) {
            case "wait" -> OnFull.WAIT;
            case "reject" -> OnFull.REJECT;
            default -> throw new IllegalArgumentException("it is wait or reject");
        };
    }

    private void checkEndpoints() {
        if (allowAmplification && !service.amplifies()) {
            throw ExitException.wrong("--allow-amplification goes with discard, chargen, daytime, time and qotd, and "
                    + service.id() + " is none of them");
        }
        List<Endpoint> all = Stream.concat(inheritance.real().stream(),
                endpoints.stream().filter(endpoint -> !(endpoint instanceof Endpoint.Inherited))).toList();
        for (Endpoint endpoint : all) {
            if (endpoint.datagram() && !service.servesDatagrams()) {
                throw ExitException.wrong(service.id() + " serves connections and " + endpoint
                        + " has datagrams: listen on tcp:// or unix:");
            }
            if (!endpoint.datagram() && !service.servesStreams()) {
                throw ExitException.wrong(service.id() + " serves datagrams and " + endpoint
                        + " has connections: listen on udp:// or unixgram:");
            }
            if (endpoint instanceof Endpoint.Udp udp && service.amplifies() && !allowAmplification && !loopback(udp)) {
                throw ExitException.wrong(service.id()
                        + " over UDP can be turned against others by forged senders, so it"
                        + " is served on loopback only, and " + endpoint + " is not: --allow-amplification insists");
            }
        }
    }

    private void checkProcesses() {
        boolean several = model instanceof ModelVariant.ProcessPool
                || model instanceof ModelVariant.ProcessPerConnection;
        if (several && service.needsOneProcess()) {
            throw ExitException
                    .wrong(service.id() + " keeps all its clients in one process, and the model " + model.id()
                            + " has several: take a model without processes");
        }
    }

    private static boolean loopback(Endpoint.Udp udp) {
        if (udp.host().equals("*")) {
            return false;
        }
        try {
            return Stream.of(InetAddress.getAllByName(udp.host())).allMatch(InetAddress::isLoopbackAddress);
        } catch (UnknownHostException e) {
            throw ExitException.wrong("cannot listen on " + udp + ": the name " + udp.host() + " is not known", e);
        }
    }

    private static <T> T sentence(java.util.function.Supplier<T> made) {
        try {
            return made.get();
        } catch (IllegalArgumentException e) {
            throw ExitException.wrong(String.valueOf(e.getMessage()), e);
        }
    }
}
