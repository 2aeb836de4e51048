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

/// Whoever serves in a benchmark: a model of ours, a command, or a server that is already there.
///
/// **Thread**: any; contenders are values. A [Launcher] starts them.
public sealed interface Contender {
    /// What it is called in tables; the same for no two of a run ([#requireDistinctNames]).
    String name();

    /// Why it cannot serve that, in one sentence; empty when it can, as far as can be told before it runs.
    Optional<String> cannotServe(BenchService service, LoadTransport transport);

    /// How the handler of one of our models is written.
    enum Style {
        /// Top to bottom.
        HANDLER,
        /// As events.
        PROTOCOL;

        private String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// A model of ours, through `polyserve serve`.
    ///
    /// @param model its name, as of [Model#id()]
    /// @param style how its handler is written
    /// @param options further options of `serve`, a word each
    record Ours(String model, Style style, List<String> options) implements Contender {
        /// Keeps a copy.
        public Ours {
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
                    ? name() + " does not serve datagrams, whose handlers have one style only: take " + model
                    : name() + " serves '" + id(service) + "' to connections only, not over udp");
        }

        /// The class that it serves with.
        Class<?> handler(BenchService service) {
            return switch (style) {
                case HANDLER -> service.handler();
                case PROTOCOL -> service.protocol();
            };
        }
    }

    /// A command of somebody else's, run by `bash -c`.
    ///
    /// `{port}` or `{path}` in it stands for where it is to listen (on 127.0.0.1), which its environment has too, as
    /// `PORT` or `SOCKET`. `{workload}` stands for the service that is wanted; a command without it is taken to echo.
    ///
    /// @param name what it is called
    /// @param command as a shell reads it
    record Peer(String name, String command) implements Contender {
        static final String PORT = "{port}";
        static final String PATH = "{path}";
        static final String WORKLOAD = "{workload}";

        @Override
        public Optional<String> cannotServe(BenchService service, LoadTransport transport) {
            boolean takesPort = command.contains(PORT);
            boolean takesPath = command.contains(PATH);
            if (transport == LoadTransport.UNIX && takesPort && !takesPath) {
                return Optional.of(name + " listens at a port: a Unix socket needs " + PATH + " in its command");
            }
            if (transport != LoadTransport.UNIX && takesPath && !takesPort) {
                return Optional.of(name + " listens at a Unix socket: " + transport.id() + " needs " + PORT
                        + " in its command");
            }
            return command.contains(WORKLOAD)
                    ? Contender.datagramsEcho(name, service, transport)
                    : Contender.echoOnly(name, service,
                            "; a command with " + WORKLOAD + " in it is told what to serve");
        }

        /// The command with everything filled in.
        String filledIn(BenchService service, Endpoint endpoint) {
            String place = switch (endpoint) {
                case Endpoint.Tcp tcp -> command.replace(PORT, Integer.toString(tcp.port()));
                case Endpoint.Udp udp -> command.replace(PORT, Integer.toString(udp.port()));
                case Endpoint.Unix unix -> command.replace(PATH, unix.path().toString());
                case Endpoint.UnixDatagram _, Endpoint.Inherited _ -> throw new IllegalArgumentException(
                        "no command listens at " + endpoint);
            };
            return place.replace(WORKLOAD, id(service));
        }
    }

    /// A server that is already there, and stays when the benchmark ends.
    ///
    /// @param name what it is called
    /// @param endpoint where it listens
    record Existing(String name, Endpoint endpoint) implements Contender {
        /// Checks the endpoint.
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
                    : Optional.of(name + " listens at " + endpoint + ", which is not " + transport.id());
        }

        private static void requireReachable(Endpoint endpoint, String host, int port) {
            if (port == 0 || host.equals("*")) {
                throw new IllegalArgumentException(
                        "bad endpoint '" + endpoint + "': a server to connect to has a host and a port");
            }
        }
    }

    /// Reads the name of a model of ours: `nio`, or `nio:protocol` for its event style.
    ///
    /// @throws IllegalArgumentException with one sentence
    static Ours model(String text) {
        int colon = text.indexOf(':');
        String model = Model.named(colon < 0 ? text : text.substring(0, colon)).id();
        String style = colon < 0 ? Style.HANDLER.id() : text.substring(colon + 1);
        for (Style known : Style.values()) {
            if (known.id().equals(style)) {
                return new Ours(model, known, List.of());
            }
        }
        throw new IllegalArgumentException(
                "unknown style '" + style + "' in '" + text + "': take " + model + " or " + model + ":protocol");
    }

    /// Reads a command or an endpoint, either with a name before it: `netty=java -jar echo.jar {port}`,
    /// `tcp://127.0.0.1:7000`.
    ///
    /// A word of capitals before the `=` is no name but a variable of the command: `GOMAXPROCS=1 ./echo {port}`.
    ///
    /// @throws IllegalArgumentException with one sentence
    static Contender against(String text) {
        return AgainstText.read(text);
    }

    /// Checks that tables can tell them apart.
    ///
    /// @throws IllegalArgumentException naming one that is there twice
    static void requireDistinctNames(Collection<? extends Contender> contenders) {
        Set<String> seen = new HashSet<>();
        for (Contender contender : contenders) {
            if (!seen.add(contender.name())) {
                throw new IllegalArgumentException("two contenders are called '" + contender.name()
                        + "': leave one out, or name a command or an endpoint, as in name=COMMAND");
            }
        }
    }

    private static Optional<String> echoOnly(String name, BenchService service, String otherwise) {
        return service == BenchService.ECHO
                ? Optional.empty()
                : Optional.of(name + " is taken to echo only, so it cannot serve '" + id(service) + "'" + otherwise);
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
