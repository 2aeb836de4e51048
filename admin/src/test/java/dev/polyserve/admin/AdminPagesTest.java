package dev.polyserve.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Pages that read nothing, and peers with unusual names, disturb neither the server nor other requests.
@Timeout(30)
class AdminPagesTest {
    private static final int MOST = 16;

    @TempDir
    private Path directory = Path.of(".");
    private final HttpClient http = HttpClient.newHttpClient();
    private Server server;
    private Admin admin;

    @BeforeEach
    void start() throws IOException {
        server = Server.at("tcp://127.0.0.1:0").listen("unix:" + directory.resolve("s")).model(Model.nio())
                .handle(connection -> {
                    for (String line; (line = connection.readLine()) != null;) {
                        connection.writeLine(line);
                    }
                }).start();
        admin = Admin.start(server, "tcp://127.0.0.1:0");
    }

    @AfterEach
    void close() {
        server.close();
        admin.close();
        http.close();
    }

    @Test
    void asManyPagesAsMayBeOpenReadNothing() throws Exception {
        List<Socket> pages = new ArrayList<>();
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            for (int i = 0; i < MOST; i++) {
                Socket page = request("GET /events");
                pages.add(page);
                assertThat(begin(page)).isEqualTo("HTTP/1.1 200 ");
            }
            try (Socket oneMore = request("GET /events")) {
                assertThat(begin(oneMore)).isEqualTo("HTTP/1.1 503 ");
                assertThat(new String(oneMore.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                        .endsWith("\r\n\r\ntoo many pages are open: close another one\n");
            }
            EchoClient.exchange(client, "served");
            assertThat(get("/status")).contains("\"active\":1,");
            pages.removeLast().close();
            awaitPage();
        } finally {
            for (Socket page : pages) {
                page.close();
            }
        }
    }

    @Test
    void controlCharactersOfAPeerAreEscaped() throws Exception {
        Path path = directory.resolve("a\u001b[2J\n\"b");
        try (SocketChannel peer = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            peer.bind(UnixDomainSocketAddress.of(path));
            peer.connect(UnixDomainSocketAddress.of(directory.resolve("s")));
            String rows = get("/connections");
            while (rows.contains("\"total\":0")) {
                rows = get("/connections");
            }
            assertThat(rows).contains("[2J", "\\\"b").doesNotContain("\u001b", "\n", "\\n", "\\u001b");
        }
    }

    private void awaitPage() throws IOException {
        while (true) {
            try (Socket page = request("GET /events")) {
                if (begin(page).equals("HTTP/1.1 200 ")) {
                    return;
                }
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    private Socket request(String methodAndPath) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), ((Endpoint.Tcp) admin.endpoint()).port());
        socket.getOutputStream().write((methodAndPath + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /// The first bytes of an answer, with its status.
    private static String begin(Socket socket) throws IOException {
        return new String(socket.getInputStream().readNBytes("HTTP/1.1 200 ".length()), StandardCharsets.US_ASCII);
    }

    private String get(String path) throws Exception {
        return http.send(HttpRequest.newBuilder(URI.create("http:" + admin.endpoint().toString().substring(4) + path))
                .build(), HttpResponse.BodyHandlers.ofString()).body();
    }
}
