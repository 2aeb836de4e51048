package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `top` in a pipe.
@Timeout(60)
class TopTest {
    @TempDir
    private Path directory = Path.of(".");

    @Test
    void printsALineAtEachLook() throws Exception {
        String control = directory.resolve("control").toString();
        try (Cli server = Cli.serve("echo", "--control", control); Socket client = server.connect()) {
            client.getOutputStream().write('a');
            assertThat(client.getInputStream().read()).isEqualTo('a');
            Cli.Finished run = Cli.run("top", "--control", control, "--lines", "3", "--interval", "50ms");
            assertThat(run.err()).isEmpty();
            assertThat(run.status()).isZero();
            assertThat(run.out().lines()).hasSize(3).allMatch(line -> line.matches(
                    "[0-9:]{5,8} connections 1 open, 0\\.0/s accepted; bytes 0 B/s in, 0 B/s out; loops busiest"
                            + " [0-9.]+ %, mean [0-9.]+ %, 99 % of turns (-|[<>]=? \\w+); failed 0"));
        }
    }

    @Test
    void endsWithTheServer() throws Exception {
        String control = directory.resolve("control").toString();
        try (Cli server = Cli.serve("echo", "--control", control);
                Cli top = Cli.start("top", "--control", control, "--interval", "20ms")) {
            top.out.awaitContaining("connections 0 open");
            server.stop();
            top.out.awaitContaining("the server has ended");
            assertThat(top.awaitStatus()).isZero();
        }
    }

    @Test
    void aServerThatCannotBeReachedIsOneSentence() {
        Cli.Finished run = Cli.run("top", "--control", directory.resolve("none").toString());
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("polyserve: no server can be reached at the control socket ").hasLineCount(1);
    }

    @Test
    void theControlSocketShowsAndEndsConnections() throws Exception {
        Path control = directory.resolve("control");
        try (Cli server = Cli.serve("echo", "--control", control.toString()); Socket client = server.connect()) {
            client.getOutputStream().write('a');
            assertThat(client.getInputStream().read()).isEqualTo('a');
            assertThat(ask(control, "connections sort=in&order=desc&filter=:" + client.getLocalPort()))
                    .contains("\"total\":1", "\"peer\":\"127.0.0.1:" + client.getLocalPort() + "\"");
            assertThat(ask(control, "connections sort=x")).startsWith("error: bad sort 'x'");
            assertThat(ask(control, "end 1")).isEqualTo("ok\nconnection 1 was ended\n");
            assertThat(client.getInputStream().read()).isNegative();
            assertThat(ask(control, "end 7")).startsWith("error: there is no open connection 7");
        }
    }

    /// The whole reply to a request on the control socket.
    private static String ask(Path control, String request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(control))) {
            channel.write(StandardCharsets.UTF_8.encode(request + "\n"));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
