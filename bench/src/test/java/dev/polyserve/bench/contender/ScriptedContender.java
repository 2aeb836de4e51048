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
import java.util.Objects;

/// A contender that does as its test says: `peer.py`, and a connection to it.
///
/// **Thread**: its test's.
final class ScriptedContender implements AutoCloseable {
    final RunningContender running;
    private final SocketChannel channel;
    private final BufferedWriter orders;
    private final BufferedReader answers;

    private ScriptedContender(RunningContender running) throws IOException {
        this.running = running;
        this.channel = switch (running.endpoint()) {
            case Endpoint.Tcp tcp -> SocketChannel.open(new InetSocketAddress(tcp.host(), tcp.port()));
            case Endpoint.Unix unix -> SocketChannel.open(UnixDomainSocketAddress.of(unix.path()));
            case Endpoint.Udp _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> throw new AssertionError("no stream");
        };
        this.orders = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8));
        this.answers = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
    }

    /// Starts one.
    static ScriptedContender start(Launcher launcher) throws Exception {
        return of(launcher.start(Contender.against("obedient=" + command("{port}")), BenchService.ECHO,
                LoadTransport.TCP));
    }

    /// One that runs; it has accepted the connection.
    static ScriptedContender of(RunningContender running) throws IOException {
        ScriptedContender peer = new ScriptedContender(running);
        peer.ask("call 0"); // the system connects before the server accepts
        return peer;
    }

    /// The command that starts one.
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

    /// Gives an order and returns the answer.
    String ask(String order) throws IOException {
        tell(order);
        String answer = answers.readLine();
        assertThat(answer).as("answer to " + order).isNotNull();
        return Objects.requireNonNull(answer);
    }

    long number(String order) throws IOException {
        return Long.parseLong(ask(order));
    }

    /// Gives an order that is not answered.
    void tell(String order) throws IOException {
        orders.write(order + "\n");
        orders.flush();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        running.close();
    }
}
