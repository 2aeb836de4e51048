package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `serve --admin`.
@Timeout(60)
class ServeAdminTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final String ANNOUNCED = "the admin page is at ";

    @TempDir
    private Path directory = Path.of(".");

    @Test
    void theStatusIsThatOfTheControlSocket() throws Exception {
        String control = directory.resolve("control").toString();
        try (Cli server = Cli.serve("upper", "--admin", "tcp://127.0.0.1:0", "--control", control);
                Socket client = server.connect()) {
            client.getOutputStream().write('a');
            assertThat(client.getInputStream().read()).isEqualTo('A');
            String status = get(page(server) + "status");
            String controlled = Cli.run("status", "--control", control, "--format", "json").out();
            assertThat(beforeLoops(status)).contains("\"service\":\"upper\"", "\"active\":1", "\"bytesIn\":1")
                    .isEqualTo(beforeLoops(controlled));
        }
    }

    @Test
    void aDrainEndsTheProgram() throws Exception {
        Path token = Files.writeString(directory.resolve("token"), TOKEN + "\n");
        try (Cli server = Cli.serve("--admin", "tcp://127.0.0.1:0", "--admin-token-file", token.toString());
                HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(HttpRequest.newBuilder(URI.create(page(server) + "drain"))
                    .header("Authorization", "Bearer " + TOKEN).POST(HttpRequest.BodyPublishers.noBody()).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.body()).isEqualTo("the server drains: 0 connections have time to finish\n");
            assertThat(server.awaitStatus()).isZero();
        }
    }

    @Test
    void aPortInUseIsOneSentence() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Cli.Finished run = Cli.run("serve", "--listen", "tcp://127.0.0.1:0", "--admin",
                    "tcp://127.0.0.1:" + taken.getLocalPort());
            assertThat(run.status()).isEqualTo(2);
            assertThat(run.out()).isEmpty();
            assertThat(run.err().lines().filter(line -> line.startsWith("polyserve: "))).singleElement().asString()
                    .startsWith("polyserve: cannot listen on tcp://127.0.0.1:" + taken.getLocalPort()
                            + " for the admin endpoint: ")
                    .endsWith("; stop what listens there, or take another port");
        }
    }

    /// Without the figures of the loops, which change all the time.
    private static String beforeLoops(String status) {
        return status.substring(0, status.indexOf("\"lagBoundsMicros\""));
    }

    private static String page(Cli server) throws Exception {
        String line = server.err.awaitContaining(ANNOUNCED);
        return line.substring(line.indexOf(ANNOUNCED) + ANNOUNCED.length()).strip();
    }

    private static String get(String address) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }
}
