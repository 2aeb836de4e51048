package dev.polyserve.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Endpoint;
import dev.polyserve.bench.service.BenchService;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/// A contender that a test controls: `peer.py`, and a connection to it.
///
/// **Thread**: its test's.
final class ScriptedContender implements AutoCloseable {
    final RunningContender running;
    private final SocketChannel channel;
    private final BufferedWriter commands;
    private final BufferedReader replies;

    private ScriptedContender(RunningContender running) throws IOException {
        this.running = running;
        this.channel = switch (running.endpoint()) {
            case Endpoint.Tcp tcp -> SocketChannel.open(new InetSocketAddress(tcp.host(), tcp.port()));
            case Endpoint.Unix unix -> SocketChannel.open(UnixDomainSocketAddress.of(unix.path()));
            case Endpoint.Tls _, Endpoint.Udp _, Endpoint.UnixDatagram _, Endpoint.Inherited _ ->
                throw new AssertionError("no stream");
        };
        this.commands = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8));
        this.replies = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
    }

    /// A launcher that pins no contender to processors.
    static ContenderLauncher launcher() {
        return new ContenderLauncher(new PolyserveProgram(List.of("false")),
                new ProcessorPlacement.Unpinned(1, "it is a test"));
    }

    /// Starts one.
    static ScriptedContender start(ContenderLauncher launcher) throws Exception {
        return of(launcher.start(Contender.against("orderly=" + command("{port}")), BenchService.ECHO,
                LoadTransport.TCP));
    }

    /// A contender that runs and has accepted the connection.
    static ScriptedContender of(RunningContender running) throws IOException {
        ScriptedContender peer = new ScriptedContender(running);
        peer.ask("call 0"); // the kernel completes the handshake before the server accepts
        return peer;
    }

    /// The command that starts a contender.
    static String command(String place) {
        Requirements.program("python3");
        return "exec python3 " + script() + " " + place;
    }

    static Path script() {
        try {
            return Path.of(Objects.requireNonNull(ScriptedContender.class.getResource("peer.py")).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /// Sends a command and returns the reply.
    String ask(String command) throws IOException {
        send(command);
        String reply = replies.readLine();
        assertThat(reply).as("reply to " + command).isNotNull();
        return Objects.requireNonNull(reply);
    }

    long number(String command) throws IOException {
        return Long.parseLong(ask(command));
    }

    /// Sends a command that has no reply.
    void send(String command) throws IOException {
        commands.write(command + "\n");
        commands.flush();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        running.close();
    }
}
