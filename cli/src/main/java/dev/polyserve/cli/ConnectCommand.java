package dev.polyserve.cli;

import dev.polyserve.Endpoint;
import dev.polyserve.cli.connect.ClientConnection;
import dev.polyserve.cli.connect.StdioDatagramClient;
import dev.polyserve.cli.connect.PlainConnection;
import dev.polyserve.cli.connect.StdioStreamClient;
import dev.polyserve.cli.connect.TerminalClient;
import dev.polyserve.cli.connect.TlsConnection;
import dev.polyserve.cli.connect.ClientTlsHandshake;
import dev.polyserve.linux.UnixDatagramClient;
import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/// Runs `connect`: an interactive client on a terminal, a pipe otherwise.
final class ConnectCommand {
    static final String NAME = "connect";
    private static final String NO_HALF_CLOSE = "--no-half-close";
    private static final String WAIT = "--wait";
    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(1);

    private final StandardStreams stdio;

    ConnectCommand(StandardStreams stdio) {
        this.stdio = stdio;
    }

    static CommandSpec spec() {
        CommandSpec spec = CommandTree.common(CommandSpec.create().name(NAME));
        spec.addOption(OptionSpec.builder(NO_HALF_CLOSE).type(boolean.class)
                .description("At the end of input, waits for the server to end instead of half-closing the connection.")
                .build());
        spec.addOption(OptionSpec.builder(WAIT).type(String.class).paramLabel("DURATION")
                .description("How long to wait for replies after the last datagram (default: 1s).").build());
        ConnectTlsOptions.addTo(spec);
        spec.addPositional(PositionalParamSpec.builder().index("0").arity("1").required(true).type(String.class)
                .paramLabel("ENDPOINT")
                .description(
                        "tcp://host:port, tls://host:port, unix:/path, udp://host:port or unixgram:/path (the last two: one datagram per line).")
                .build());
        spec.usageMessage()
                .description(
                        "Sends standard input to a server and prints what the server sends, until the server ends.",
                        "On a terminal: lines with history and editing; the line 'exit' ends the client.", "")
                .footer("", "Examples:", "  polyserve connect tcp://127.0.0.1:8888",
                        "  polyserve connect tls://localhost:8443 --ca server.pem",
                        "  echo hello | polyserve connect unix:/tmp/up.sock",
                        "  echo hello | polyserve connect udp://127.0.0.1:8888 --wait 500ms");
        return spec;
    }

    /// Connects, and transfers data until one side ends.
    int run(ParseResult parsed) throws InterruptedException {
        String text = parsed.matchedPositionalValue(0, "");
        boolean halfClose = !parsed.hasMatchedOption(NO_HALF_CLOSE);
        var options = new ConnectTlsOptions(parsed);
        Endpoint endpoint = endpoint(text);
        if (parsed.hasMatchedOption(WAIT) && !endpoint.datagram()) {
            throw ExitException.wrong(WAIT + " is for datagrams, but " + endpoint + " has connections");
        }
        if (!halfClose && endpoint.datagram()) {
            throw ExitException.wrong(NO_HALF_CLOSE + " is for connections, but " + endpoint + " has datagrams");
        }
        if (!(endpoint instanceof Endpoint.Tls)) {
            options.requireNone(endpoint);
        }
        return switch (endpoint) {
            case Endpoint.Tls tls -> tls(tls, options, halfClose);
            case Endpoint.Tcp _, Endpoint.Unix _ -> stream(endpoint, halfClose);
            case Endpoint.Udp _ -> datagrams(endpoint, CommandTree.duration(parsed, WAIT, DEFAULT_WAIT));
            case Endpoint.UnixDatagram _ -> {
                UnixDatagramClient.whyNot().ifPresent(why -> {
                    throw ExitException.wrong("cannot connect to " + endpoint + ": " + why);
                });
                yield datagrams(endpoint, CommandTree.duration(parsed, WAIT, DEFAULT_WAIT));
            }
            case Endpoint.Inherited _ -> throw ExitException.wrong(
                    "cannot connect to " + endpoint
                            + ": an inherited descriptor can only be served; use tcp://, udp://, unix: or unixgram:");
        };
    }

    private int stream(Endpoint endpoint, boolean halfClose) throws InterruptedException {
        return exchange(endpoint, new PlainConnection(StdioStreamClient.connect(endpoint)), halfClose);
    }

    private int tls(Endpoint.Tls endpoint, ConnectTlsOptions options, boolean halfClose) throws InterruptedException {
        ClientTlsHandshake handshake = options.handshake(endpoint.host(),
                sentence -> stdio.err().println("polyserve: " + sentence));
        TlsConnection connection = handshake.on(StdioStreamClient.connect(endpoint), endpoint);
        stdio.err().println("polyserve: " + connection.negotiated());
        return exchange(endpoint, connection, halfClose);
    }

    private int exchange(Endpoint endpoint, ClientConnection connected, boolean halfClose) throws InterruptedException {
        try (ClientConnection connection = connected) {
            if (stdio.isTerminal()) {
                new TerminalClient(endpoint, connection).run();
            } else {
                new StdioStreamClient(endpoint, connection, stdio.in(), stdio.outOfPeer()).run(halfClose);
            }
            return 0;
        } catch (IOException e) {
            throw ExitException.failed("the connection to " + endpoint + " failed: " + e.getMessage(), e);
        }
    }

    private int datagrams(Endpoint endpoint, Duration replyTimeout) {
        new StdioDatagramClient(endpoint, stdio.in(), stdio.outOfPeer(), stdio.isTerminal()).run(replyTimeout);
        return 0;
    }

    private static Endpoint endpoint(String text) {
        try {
            return Endpoint.parse(text);
        } catch (IllegalArgumentException e) {
            throw ExitException.wrong(String.valueOf(e.getMessage()), e);
        }
    }
}
