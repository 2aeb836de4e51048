package dev.polyserve.bench.contender;

import dev.polyserve.DatagramHandler;
import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.bench.service.BenchService;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// A server in a benchmark: a Polyserve model, a command, or a server that already runs.
///
/// **Thread**: any; contenders are values. A [ContenderLauncher] starts them.
public sealed interface Contender {
    /// The name in tables; unique within a benchmark ([#requireDistinctNames]).
    String name();

    /// Explains in one sentence why the contender cannot provide the service over this transport; empty when it can, as
    /// far as is known before it starts.
    Optional<String> cannotServe(BenchService service, LoadTransport transport);

    /// The style in which a handler is written.
    enum Style {
        /// Blocking code, read from top to bottom.
        HANDLER,
        /// Event callbacks.
        PROTOCOL,
        /// A call per message, which may wait.
        MESSAGES;

        private String id() {
            return name().toLowerCase(Locale.ROOT);
        }

        /// The style in words.
        private String noun() {
            return switch (this) {
                case HANDLER -> "blocking style";
                case PROTOCOL -> "event style";
                case MESSAGES -> "style of messages";
            };
        }
    }

    /// A Polyserve model, run by `polyserve serve`.
    ///
    /// @param model its name, as of [Model#id()]
    /// @param style the style of its handler
    /// @param options further options of `serve`, one word each
    record Polyserve(String model, Style style, List<String> options) implements Contender {
        /// Copies the options.
        public Polyserve {
            options = List.copyOf(options);
        }

        @Override
        public String name() {
            String plain = style == Style.HANDLER ? model : model + ":" + style.id();
            return options.isEmpty() ? plain : plain + " " + String.join(" ", options);
        }

        @Override
        public Optional<String> cannotServe(BenchService service, LoadTransport transport) {
            if (transport != LoadTransport.UDP || DatagramHandler.class.isAssignableFrom(handler(service))) {
                return Optional.empty();
            }
            return Optional.of(DatagramHandler.class.isAssignableFrom(service.handler())
                    ? name() + " does not serve datagrams: datagram handlers have one style only, so use " + model
                    : name() + " serves '" + id(service) + "' over connections only, not over udp");
        }

        Class<?> handler(BenchService service) {
            return switch (style) {
                case HANDLER -> service.handler();
                case PROTOCOL -> service.protocol();
                case MESSAGES -> service.messages();
            };
        }

        /// Facts that a reader of its figures must know, one sentence each.
        List<String> remarks(BenchService service) {
            return style == Style.HANDLER || handler(service) != service.handler()
                    ? List.of()
                    : List.of(name() + " runs a blocking handler here, because this service has no " + style.noun());
        }
    }

    /// A command of another project, run by `bash -c`.
    ///
    /// `{port}` or `{path}` in the command is replaced by the address to listen on (on 127.0.0.1), which the
    /// environment also holds as `PORT` or `SOCKET`. `{workload}` is replaced by the name of the service; a command
    /// without it is expected to echo.
    ///
    /// @param name the name in tables
    /// @param command a shell command
    record Peer(String name, String command) implements Contender {
        static final String PORT = "{port}";
        static final String PATH = "{path}";
        static final String WORKLOAD = "{workload}";

        @Override
        public Optional<String> cannotServe(BenchService service, LoadTransport transport) {
            boolean takesPort = command.contains(PORT);
            boolean takesPath = command.contains(PATH);
            if (transport == LoadTransport.UNIX && takesPort && !takesPath) {
                return Optional.of(name + " listens on a port: a Unix socket needs " + PATH + " in its command");
            }
            if (transport != LoadTransport.UNIX && takesPath && !takesPort) {
                return Optional.of(name + " listens on a Unix socket: " + transport.id() + " needs " + PORT
                        + " in its command");
            }
            return command.contains(WORKLOAD)
                    ? Contender.datagramsEcho(name, service, transport)
                    : Contender.echoOnly(name, service,
                            "; put " + WORKLOAD + " in its command to tell it what to serve");
        }

        /// The command with all placeholders replaced.
        String filledIn(BenchService service, Endpoint endpoint) {
            String filled = switch (endpoint) {
                case Endpoint.Tcp tcp -> command.replace(PORT, Integer.toString(tcp.port()));
                case Endpoint.Udp udp -> command.replace(PORT, Integer.toString(udp.port()));
                case Endpoint.Unix unix -> command.replace(PATH, unix.path().toString());
                case Endpoint.Tls _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> throw new IllegalArgumentException(
                        "no command can listen on " + endpoint);
            };
            return filled.replace(WORKLOAD, id(service));
        }
    }

    /// A server that already runs, and keeps running when the benchmark ends.
    ///
    /// @param name the name in tables
    /// @param endpoint the endpoint that it listens on
    record Existing(String name, Endpoint endpoint) implements Contender {
        /// Checks that a client can connect to the endpoint.
        public Existing {
            LoadTransport.of(endpoint);
            if (endpoint instanceof Endpoint.Tcp(String host, int port)) {
                requireReachable(endpoint, host, port);
            }
            if (endpoint instanceof Endpoint.Udp(String host, int port)) {
                requireReachable(endpoint, host, port);
            }
        }

        @Override
        public Optional<String> cannotServe(BenchService service, LoadTransport transport) {
            return LoadTransport.of(endpoint) == transport
                    ? Contender.echoOnly(name, service, "")
                    : Optional.of(name + " listens on " + endpoint + ", which is not " + transport.id());
        }

        private static void requireReachable(Endpoint endpoint, String host, int port) {
            if (port == 0 || host.equals("*")) {
                throw new IllegalArgumentException(
                        "bad endpoint '" + endpoint + "': the endpoint of a running server needs a host and a port");
            }
        }
    }

    /// Parses the name of a Polyserve model: `nio`, or `nio:protocol` and `nio:messages` for another style.
    ///
    /// @throws IllegalArgumentException with one sentence
    static Polyserve model(String text) {
        int colon = text.indexOf(':');
        String model = Model.named(colon < 0 ? text : text.substring(0, colon)).id();
        String style = colon < 0 ? Style.HANDLER.id() : text.substring(colon + 1);
        for (Style known : Style.values()) {
            if (known.id().equals(style)) {
                return new Polyserve(model, known, List.of());
            }
        }
        throw new IllegalArgumentException(
                "unknown style '" + style + "' in '" + text + "': use " + model + ", " + model + ":protocol or " + model
                        + ":messages");
    }

    /// Parses a command or an endpoint, with an optional name before it: `netty=java -jar echo.jar {port}`,
    /// `tcp://127.0.0.1:7000`.
    ///
    /// A word of capitals before the `=` is not a name but a variable of the command: `GOMAXPROCS=1 ./echo {port}`.
    ///
    /// @throws IllegalArgumentException with one sentence
    static Contender against(String text) {
        return ContenderParser.read(text);
    }

    /// Checks that no two contenders have the same name.
    ///
    /// @throws IllegalArgumentException naming a contender that occurs twice
    static void requireDistinctNames(Collection<? extends Contender> contenders) {
        Set<String> seen = new HashSet<>();
        for (Contender contender : contenders) {
            if (!seen.add(contender.name())) {
                throw new IllegalArgumentException("two contenders have the name '" + contender.name()
                        + "': leave one out, or give a command or an endpoint a name, as in name=COMMAND");
            }
        }
    }

    private static Optional<String> echoOnly(String name, BenchService service, String otherwise) {
        return service == BenchService.ECHO
                ? Optional.empty()
                : Optional.of(name + " is expected to echo only, so it cannot serve '" + id(service) + "'" + otherwise);
    }

    private static Optional<String> datagramsEcho(String name, BenchService service, LoadTransport transport) {
        return service == BenchService.ECHO || transport != LoadTransport.UDP
                ? Optional.empty()
                : Optional.of(name + " cannot serve '" + id(service) + "' over udp, where only echo is compared");
    }

    private static String id(BenchService service) {
        return service.name().toLowerCase(Locale.ROOT);
    }
}
