package dev.polyserve.cli;

import dev.polyserve.spi.ListenSpecification;
import dev.polyserve.spi.ModelDefinition;
import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Networks;
import dev.polyserve.OnFull;
import dev.polyserve.Options;
import dev.polyserve.Tls;
import dev.polyserve.cli.log.ConsoleLog;
import dev.polyserve.cli.proxy.ReverseProxyOptions;
import dev.polyserve.cli.services.DatagramRateLimit;
import dev.polyserve.cli.services.ExecOptions;
import dev.polyserve.cli.services.ServiceDefinition;
import dev.polyserve.cli.services.BuiltInService;
import dev.polyserve.cli.services.UserHandler;
import dev.polyserve.cli.text.Units;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The complete plan of `serve`, read and checked before anything starts.
///
/// @param service the service
/// @param arguments the arguments of the service
/// @param endpoints the endpoints to listen on
/// @param model the concurrency model
/// @param options limits, time-outs and socket options
/// @param logFormat the format of log lines
/// @param quiet true to log only warnings and errors
/// @param allowAmplification true to let the small services answer datagrams from any address
/// @param datagramRate datagrams per second that the small services answer to one source; 0 for no limit
/// @param exec how a program is run
/// @param proxy what a proxy forwards to, and how
/// @param operation how the server is operated
/// @param inheritance the inherited sockets
/// @param tls the certificates of the TLS endpoints, or for a handler that begins TLS itself; empty without them
record ServePlan(ServiceDefinition service, List<String> arguments, List<Endpoint> endpoints, Model model,
        Options options,
        ConsoleLog.Format logFormat, boolean quiet, boolean allowAmplification, DatagramRateLimit datagramRate,
        ExecOptions exec, ReverseProxyOptions proxy, OperatingOptions operation, InheritedSockets inheritance,
        Optional<Tls> tls) {
    private static final int DATAGRAM_RATE = 100;
    private static final String DEFAULT_ENDPOINT = "tcp://127.0.0.1:8888";

    /// Reads the words after `serve` and the settings.
    ///
    /// @throws ExitException with one sentence about the first error
    static ServePlan of(List<String> words, ServeSettings settings) {
        List<String> arguments = words.isEmpty() ? List.of() : words.subList(1, words.size());
        List<Endpoint> endpoints = endpoints(settings);
        ServiceDefinition service = service(words, arguments, settings);
        Optional<Tls> tls = new TlsSettingsReader(settings).tls(endpoints, service.startsTls(),
                ReverseProxySettingsReader.hasHandshakes(settings, service, arguments));
        ExecOptions exec = exec(settings, service, tls.isPresent());
        boolean commands = service == BuiltInService.EXEC && exec.stdio() == ExecOptions.Stdio.SOCKET;
        Model model = commands ? ModelFactory.ofCommands(settings) : ModelFactory.of(settings);
        ServePlan plan = new ServePlan(service, arguments, endpoints, model, Options.defaults(), logFormat(settings),
                settings.flag(ServeSetting.QUIET), settings.flag(ServeSetting.ALLOW_AMPLIFICATION),
                datagramRate(settings, service, model), exec, ReverseProxyOptions.NONE,
                OperatingOptions.of(settings), InheritedSockets.among(endpoints), tls);
        plan.checkEndpoints();
        plan.checkProcesses();
        plan.checkUnixMode(settings);
        Options options = options(settings, service);
        ReverseProxyOptions proxy = new ReverseProxySettingsReader(settings, service, arguments, plan.endpoints)
                .proxy(options.timeouts().connect(), options.timeouts().tlsHandshake());
        return plan.with(options, proxy);
    }

    private ServePlan with(Options all, ReverseProxyOptions forwarding) {
        return new ServePlan(service, arguments, endpoints, model, all, logFormat, quiet, allowAmplification,
                datagramRate, exec, forwarding, operation, inheritance, tls);
    }

    private static ExecOptions exec(ServeSettings settings, ServiceDefinition service, boolean tls) {
        for (ServeSetting setting : List.of(ServeSetting.STDIO, ServeSetting.ENV)) {
            if (settings.has(setting) && service != BuiltInService.EXEC) {
                throw ExitException.wrong(settings.where(setting) + " applies to exec only, but " + service.id()
                        + " runs no program");
            }
        }
        ExecOptions.Stdio stdio = settings.read(ServeSetting.STDIO, ExecOptions.Stdio::named)
                .orElseGet(() -> tls ? ExecOptions.Stdio.PIPE : ExecOptions.Stdio.defaultKind());
        if (tls && stdio == ExecOptions.Stdio.SOCKET && settings.has(ServeSetting.STDIO)) {
            throw ExitException
                    .wrong(settings.where(ServeSetting.STDIO) + " gives the program the connection itself, and it"
                            + " cannot speak TLS: take pipe");
        }
        return orExit(() -> new ExecOptions(settings.list(ServeSetting.ENV), stdio));
    }

    /// The workers of a pool receive at the same socket, each what it comes to first; any other server receives in one process.
    private static DatagramRateLimit datagramRate(ServeSettings settings, ServiceDefinition service, Model model) {
        boolean answers = service == BuiltInService.ECHO || service == BuiltInService.UPPER || service.amplifies();
        if (settings.has(ServeSetting.DATAGRAM_RATE) && !answers) {
            throw ExitException
                    .wrong(settings.where(ServeSetting.DATAGRAM_RATE) + " applies to echo, upper, chargen, daytime,"
                            + " time and qotd, but not to " + service.id());
        }
        return new DatagramRateLimit(settings.number(ServeSetting.DATAGRAM_RATE).orElse(DATAGRAM_RATE),
                ModelDefinition.of(model).execution().receivers());
    }

    private static ServiceDefinition service(List<String> words, List<String> arguments, ServeSettings settings) {
        if (!settings.has(ServeSetting.HANDLER)) {
            if (settings.has(ServeSetting.CLASS_PATH)) {
                throw ExitException.wrong(settings.where(ServeSetting.CLASS_PATH) + " applies to --handler CLASS only");
            }
            return orExit(
                    () -> words.isEmpty() ? BuiltInService.ECHO : BuiltInService.named(words.getFirst(), arguments));
        }
        if (!words.isEmpty()) {
            throw ExitException
                    .wrong(settings.where(ServeSetting.HANDLER) + " replaces the service, but the service '"
                            + words.getFirst() + "' was given, too: use one of them");
        }
        return orExit(() -> UserHandler.load(settings.text(ServeSetting.HANDLER).orElseThrow(),
                settings.text(ServeSetting.CLASS_PATH).orElse(".")));
    }

    private static List<Endpoint> endpoints(ServeSettings settings) {
        if (settings.has(ServeSetting.LISTEN)) {
            return orExit(
                    () -> settings.list(ServeSetting.LISTEN).stream()
                            .map(text -> ListenSpecification.parse(text).endpoint())
                            .toList());
        }
        List<Endpoint> handedDown = InheritedSockets.endpoints();
        return handedDown.isEmpty() ? List.of(Endpoint.parse(DEFAULT_ENDPOINT)) : handedDown;
    }

    private static ConsoleLog.Format logFormat(ServeSettings settings) {
        return settings.read(ServeSetting.LOG_FORMAT, text -> switch (text) {
            case "text" -> ConsoleLog.Format.TEXT;
            case "json" -> ConsoleLog.Format.JSON;
            default -> throw new IllegalArgumentException("it must be text or json");
        }).orElse(ConsoleLog.Format.TEXT);
    }

    private static Options options(ServeSettings settings, ServiceDefinition service) {
        return orExit(() -> {
            Options options = Options.defaults().withLimits(limits -> limits(settings, limits))
                    .withTimeouts(timeouts -> timeouts(settings, service, timeouts));
            return options.withSockets(sockets -> sockets(settings, service, sockets))
                    .withProxyProtocol(proxy -> proxyProtocol(settings, proxy))
                    .withAccess(access -> access(settings, access))
                    .withOnFull(settings.read(ServeSetting.ON_FULL, ServePlan::onFull).orElse(options.onFull()));
        });
    }

    private static Options.Limits limits(ServeSettings settings, Options.Limits defaults) {
        Options.Limits limits = defaults
                .withConnections(settings.number(ServeSetting.MAX_CONNECTIONS).orElse(defaults.connections()))
                .withConnectionsPerAddress(
                        settings.number(ServeSetting.MAX_PER_IP).orElse(defaults.connectionsPerAddress()))
                .withQueue(settings.number(ServeSetting.QUEUE).orElse(defaults.queue()))
                .withTlsHandshakes(settings.number(ServeSetting.TLS_HANDSHAKES).orElse(defaults.tlsHandshakes()))
                .withAcceptsPerSecond(
                        settings.read(ServeSetting.ACCEPT_RATE, RateParser::connections)
                                .orElse(defaults.acceptsPerSecond()))
                .withMinInputBytesPerSecond(
                        settings.read(ServeSetting.MIN_RATE, RateParser::bytes)
                                .orElse(defaults.minInputBytesPerSecond()));
        return settings.bytes(ServeSetting.MAX_FRAME).map(limits::withFrameBytes).orElse(limits);
    }

    private static Options.Sockets sockets(ServeSettings settings, ServiceDefinition service,
            Options.Sockets defaults) {
        if (settings.has(ServeSetting.DEFER_ACCEPT) && service.sendsFirst()) {
            throw ExitException
                    .wrong(settings.where(ServeSetting.DEFER_ACCEPT) + " keeps connections in the kernel until the"
                            + " client sends, but " + service.id() + " sends first: leave it out");
        }
        Options.Sockets sockets = defaults
                .withBacklog(settings.number(ServeSetting.BACKLOG).orElse(defaults.backlog()))
                .withBufferBytes(settings.bytes(ServeSetting.RECEIVE_BUFFER).orElse(defaults.receiveBufferBytes()),
                        settings.bytes(ServeSetting.SEND_BUFFER).orElse(defaults.sendBufferBytes()))
                .withUserTimeout(settings.duration(ServeSetting.USER_TIMEOUT).orElse(defaults.userTimeout()))
                .withDeferAccept(settings.duration(ServeSetting.DEFER_ACCEPT).orElse(defaults.deferAccept()));
        return settings.read(ServeSetting.KEEP_ALIVE, ServePlan::keepAlive).map(sockets::withKeepAlive).orElse(sockets);
    }

    private static Options.KeepAlive keepAlive(String text) {
        String[] parts = text.split(",", -1);
        if (parts.length == 1) {
            return Options.KeepAlive.after(Units.duration(text));
        }
        if (parts.length != 3 || !parts[2].matches("[0-9]{1,3}")) {
            throw new IllegalArgumentException("it must be IDLE or IDLE,INTERVAL,COUNT, as in 60s,10s,6");
        }
        return new Options.KeepAlive(Units.duration(parts[0]), Units.duration(parts[1]), Integer.parseInt(parts[2]));
    }

    /// A service that sends first has no time-out for the client's first byte. Otherwise, an explicit idle time-out
    /// also applies to the first byte.
    private static Options.Timeouts timeouts(ServeSettings settings, ServiceDefinition service,
            Options.Timeouts defaults) {
        Duration idle = settings.duration(ServeSetting.IDLE_TIMEOUT).orElse(defaults.idle());
        Duration firstByte = settings.has(ServeSetting.IDLE_TIMEOUT) ? idle : defaults.firstByte();
        return defaults.withIdle(idle).withFirstByte(service.sendsFirst() ? Duration.ZERO : firstByte)
                .withDrain(settings.duration(ServeSetting.DRAIN_TIMEOUT).orElse(defaults.drain()))
                .withConnect(settings.duration(ServeSetting.CONNECT_TIMEOUT).orElse(defaults.connect()))
                .withSpin(settings.duration(ServeSetting.SPIN).orElse(defaults.spin()))
                .withHandOff(settings.duration(ServeSetting.HAND_OFF).orElse(defaults.handOff()))
                .withTlsHandshake(
                        settings.duration(ServeSetting.TLS_HANDSHAKE_TIMEOUT).orElse(defaults.tlsHandshake()));
    }

    private static Options.ProxyProtocol proxyProtocol(ServeSettings settings, Options.ProxyProtocol defaults) {
        Options.ProxyProtocol proxy = defaults
                .withSenders(settings.read(ServeSetting.PROXY_PROTOCOL, Networks::parse).orElse(Networks.none()))
                .withVersions(settings.read(ServeSetting.PROXY_PROTOCOL_VERSION, ServePlan::versions)
                        .orElse(defaults.versions()))
                .withTimeout(settings.duration(ServeSetting.PROXY_PROTOCOL_TIMEOUT).orElse(defaults.timeout()));
        boolean sent = settings.has(ServeSetting.PROXY_PROTOCOL);
        if (sent && !settings.list(ServeSetting.LISTEN).isEmpty() && settings.list(ServeSetting.LISTEN).stream()
                .allMatch(text -> ListenSpecification.parse(text).endpoint().datagram())) {
            throw ExitException
                    .wrong(settings.where(ServeSetting.PROXY_PROTOCOL) + " is for connections, but all endpoints"
                            + " take datagrams: put ?proxy=CIDR behind an endpoint of udp, or leave it out");
        }
        for (String text : settings.list(ServeSetting.LISTEN)) {
            ListenSpecification listen = ListenSpecification.parse(text);
            if (listen.senders().isPresent()) {
                proxy = proxy.withSenders(listen.endpoint(), listen.senders().get());
                sent = true;
            }
        }
        for (ServeSetting setting : List.of(ServeSetting.PROXY_PROTOCOL_VERSION,
                ServeSetting.PROXY_PROTOCOL_TIMEOUT)) {
            if (settings.has(setting) && !sent) {
                throw ExitException.wrong(settings.where(setting) + " is for the PROXY protocol, but no endpoint has"
                        + " it: add --proxy-protocol CIDR, or ?proxy=CIDR behind an endpoint, or leave it out");
            }
        }
        return proxy;
    }

    private static Options.ProxyProtocol.Versions versions(String text) {
        return switch (text) {
            case "1" -> Options.ProxyProtocol.Versions.V1;
            case "2" -> Options.ProxyProtocol.Versions.V2;
            case "any" -> Options.ProxyProtocol.Versions.ANY;
            default -> throw new IllegalArgumentException("it must be 1, 2 or any");
        };
    }

    private static Options.Access access(ServeSettings settings, Options.Access defaults) {
        Options.Access access = defaults.withAllowed(networks(settings, ServeSetting.ALLOW))
                .withDenied(networks(settings, ServeSetting.DENY));
        return settings.read(ServeSetting.BAN, RateParser::ban).map(access::withBan).orElse(access);
    }

    private static Networks networks(ServeSettings settings, ServeSetting setting) {
        Networks all = Networks.none();
        for (String text : settings.list(setting)) {
            try {
                all = all.and(Networks.parse(text));
            } catch (IllegalArgumentException e) {
                throw ExitException.wrong("bad " + settings.where(setting) + " '" + text + "': " + e.getMessage(), e);
            }
        }
        return all;
    }

    private static OnFull onFull(String text) {
        return switch (text) {
            case "wait" -> OnFull.WAIT;
            case "reject" -> OnFull.REJECT;
            default -> throw new IllegalArgumentException("it must be wait or reject");
        };
    }

    private void checkEndpoints() {
        if (allowAmplification && !service.amplifies()) {
            throw ExitException
                    .wrong("--allow-amplification applies to discard, chargen, daytime, time and qotd, but not to "
                            + service.id());
        }
        List<Endpoint> all = Stream.concat(inheritance.real().stream(),
                endpoints.stream().filter(endpoint -> !(endpoint instanceof Endpoint.Inherited))).toList();
        for (Endpoint endpoint : all) {
            if (endpoint.datagram() && !service.servesDatagrams()) {
                throw ExitException.wrong(service.id() + " serves connections, but " + endpoint
                        + " has datagrams: listen on tcp:// or unix:");
            }
            if (!endpoint.datagram() && !service.servesStreams()) {
                throw ExitException.wrong(service.id() + " serves datagrams, but " + endpoint
                        + " has connections: listen on udp:// or unixgram:");
            }
            if (endpoint instanceof Endpoint.Udp udp && service.amplifies() && !allowAmplification && !loopback(udp)) {
                throw ExitException.wrong(service.id()
                        + " over UDP can amplify attacks with forged source addresses, so it"
                        + " is served on loopback only, and " + endpoint + " is not: --allow-amplification permits it");
            }
        }
    }

    private void checkProcesses() {
        boolean several = ModelDefinition.of(model).execution().processes().isPresent();
        if (several && service.needsOneProcess()) {
            throw ExitException
                    .wrong(service.id() + " needs all its clients in one process, but the model " + model.id()
                            + " has several: use a model without worker processes");
        }
    }

    private void checkUnixMode(ServeSettings settings) {
        if (settings.has(ServeSetting.UNIX_MODE) && endpoints.stream().noneMatch(ServePlan::bindsFile)) {
            throw ExitException.wrong(settings.where(ServeSetting.UNIX_MODE)
                    + " applies to the files of Unix sockets that the server binds, but it has none: add"
                    + " --listen unix:/PATH, or leave the mode out");
        }
    }

    private static boolean bindsFile(Endpoint endpoint) {
        return switch (endpoint) {
            case Endpoint.Unix unix -> !unix.isAbstract();
            case Endpoint.UnixDatagram unix -> !unix.isAbstract();
            case Endpoint.Tcp _, Endpoint.Tls _, Endpoint.Udp _, Endpoint.Inherited _ -> false;
        };
    }

    private static boolean loopback(Endpoint.Udp udp) {
        if (udp.host().equals("*")) {
            return false;
        }
        try {
            return Stream.of(InetAddress.getAllByName(udp.host())).allMatch(InetAddress::isLoopbackAddress);
        } catch (UnknownHostException e) {
            throw ExitException.wrong("cannot listen on " + udp + ": unknown host " + udp.host(), e);
        }
    }

    private static <T> T orExit(java.util.function.Supplier<T> made) {
        try {
            return made.get();
        } catch (IllegalArgumentException e) {
            throw ExitException.wrong(String.valueOf(e.getMessage()), e);
        }
    }
}
