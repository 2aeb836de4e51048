package dev.polyserve.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Endpoint;
import dev.polyserve.Input;
import dev.polyserve.Model;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(30)
class AdminTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final int OK = 200;

    @TempDir
    private Path directory = Path.of(".");
    private final HttpClient http = HttpClient.newHttpClient();
    private final Server server;
    private final Admin admin;

    AdminTest() throws IOException {
        server = Server.at("tcp://127.0.0.1:0").model(Model.nio()).handle(connection -> {
            for (String line; (line = connection.readLine()) != null;) {
                connection.writeLine(line);
            }
        }).bind();
        admin = Admin.bind(() -> server, Endpoint.parse("tcp://127.0.0.1:0"), Optional.of(AdminToken.of(TOKEN)));
    }

    @BeforeEach
    void start() throws IOException {
        Server _ = server.start();
        admin.start();
    }

    @AfterEach
    void close() {
        server.close();
        admin.close();
        http.close();
    }

    @Test
    void theStatusIsWhatTheClientsDid() throws Exception {
        try (Socket one = client(); Socket two = client()) {
            EchoClient.exchange(one, "first");
            EchoClient.exchange(two, "second!");
            EchoClient.exchange(two, "third");
            JsonNode status = json("/status");
            assertThat(status.path("active").intValue()).isEqualTo(2);
            assertThat(status.path("accepted").intValue()).isEqualTo(2);
            assertThat(status.path("model").stringValue()).isEqualTo("nio");
            assertThat(status.path("endpoints").path(0).stringValue()).endsWith(":" + server.port());
            JsonNode rows = json("/connections?sort=in&order=desc");
            assertThat(rows.path("total").intValue()).isEqualTo(2);
            JsonNode first = rows.path("rows").path(0);
            assertThat(first.path("bytesIn").intValue()).isEqualTo(14);
            assertThat(first.path("bytesOut").intValue()).isEqualTo(14);
            assertThat(first.path("peer").stringValue()).isEqualTo("127.0.0.1:" + two.getLocalPort());
            assertThat(json("/connections?filter=:" + one.getLocalPort()).path("rows")).hasSize(1);
        }
    }

    @Test
    void aConnectionThatWaitsSaysForWhat() throws Exception {
        try (Socket one = client()) {
            awaitState("waits for the first byte");
            EchoClient.exchange(one, "x");
            awaitState("waits for input");
        }
    }

    @Test
    void anEndedConnectionIsGoneAndItsClientSeesIt() throws Exception {
        try (Socket kept = client(); Socket ended = client()) {
            EchoClient.exchange(kept, "x");
            EchoClient.exchange(ended, "x");
            long id = json("/connections?filter=:" + ended.getLocalPort()).path("rows").path(0).path("id").longValue();
            assertThat(act("/connections/" + id + "/end").body()).isEqualTo("connection " + id + " was ended\n");
            ended.setSoTimeout(10_000);
            assertThat(EchoClient.end(ended)).isNegative();
            awaitActive(1);
            EchoClient.exchange(kept, "still here");
            HttpResponse<String> again = act("/connections/" + id + "/end");
            assertThat(again.statusCode()).isEqualTo(404);
            assertThat(again.body()).contains("there is no open connection " + id);
        }
    }

    @Test
    void readyWhileTheServerAccepts() throws Exception {
        assertThat(get("/health").body()).isEqualTo("healthy\n");
        assertThat(get("/ready").statusCode()).isEqualTo(OK);
        assertThat(act("/pause").statusCode()).isEqualTo(OK);
        assertThat(get("/ready").statusCode()).isEqualTo(503);
        assertThat(act("/resume").statusCode()).isEqualTo(OK);
        assertThat(get("/ready").statusCode()).isEqualTo(OK);
        try (Socket open = client()) {
            EchoClient.exchange(open, "x");
            assertThat(act("/drain").statusCode()).isEqualTo(202);
            while (get("/ready").statusCode() == OK) {
                LockSupport.parkNanos(1_000_000);
            }
            assertThat(get("/ready").body()).startsWith("not ready: ");
        }
        server.await();
    }

    /// Blocks its event loop for each piece of input.
    private static final class Blocks implements Protocol {
        @Override
        public void received(Input input, Output output) {
            input.skip(input.available());
            long until = System.nanoTime() + Duration.ofMillis(400).toNanos();
            while (System.nanoTime() - until < 0) {
                LockSupport.parkNanos(until - System.nanoTime()); // which the loop's own wake-ups end early
            }
        }
    }

    @Test
    void aStallIsShownWithItsConnectionAndItsStack() throws Exception {
        try (Server blocked = Server.at("tcp://127.0.0.1:0").model(Model.nio(1)).protocol(Blocks::new).start();
                Admin shown = Admin.start(blocked, "tcp://127.0.0.1:0");
                Socket client = new Socket(InetAddress.getLoopbackAddress(), blocked.port())) {
            client.getOutputStream().write('x');
            JsonNode stalls = JsonMapper.shared().createArrayNode();
            while (stalls.isEmpty()) {
                stalls = JsonMapper.shared()
                        .readTree(http.send(HttpRequest.newBuilder(address(shown, "/status")).build(),
                                HttpResponse.BodyHandlers.ofString()).body())
                        .path("lastStalls");
            }
            assertThat(stalls.path(0).path("connection").longValue()).isEqualTo(1);
            assertThat(stalls.path(0).path("stack").toString()).contains("AdminTest$Blocks.received");
            assertThat(stalls.path(0).path("millis").longValue()).isGreaterThanOrEqualTo(100);
        }
    }

    @Test
    void theEndpointEndsWithTheServer() throws Exception {
        server.close();
        Endpoint.Tcp where = (Endpoint.Tcp) admin.endpoint();
        while (accepts(where.port())) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void actionsTakeTheToken() throws Exception {
        for (String path : new String[]{"/drain", "/pause", "/resume", "/restart", "/connections/1/end"}) {
            assertThat(post(path, request -> request).statusCode()).as(path).isEqualTo(401);
            HttpResponse<String> wrong = post(path, request -> request.header("Authorization", "Bearer wrong"));
            assertThat(wrong.statusCode()).as(path).isEqualTo(401);
            assertThat(wrong.body()).isEqualTo(
                    "the token is missing or wrong: send the header 'Authorization: Bearer TOKEN'\n");
            assertThat(get(path).statusCode()).as(path).isEqualTo(405);
        }
        assertThat(server.isAccepting()).isTrue();
        assertThat(act("/restart").body()).startsWith("this program cannot replace itself");
    }

    @Test
    void withoutATokenThereAreNoActions() throws Exception {
        try (Admin open = Admin.start(server, "tcp://127.0.0.1:0")) {
            HttpResponse<String> refused = http.send(HttpRequest.newBuilder(address(open, "/pause"))
                    .header("Authorization", "Bearer " + TOKEN).POST(HttpRequest.BodyPublishers.noBody()).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body()).contains("--admin-token-file");
        }
        assertThat(server.isAccepting()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Origin: http://evil.example",
        "Origin: null"})
    void requestsFromOtherSitesAreRefused(String header) throws Exception {
        String bearer = "Authorization: Bearer " + TOKEN;
        for (String request : new String[]{"GET /status", "GET /metrics", "POST /pause"}) {
            assertThat(raw(request, "Host: 127.0.0.1", header, bearer)).as(request).startsWith("HTTP/1.1 403 ")
                    .contains("pages of other sites are refused");
        }
        assertThat(server.isAccepting()).isTrue();
    }

    /// A name of the attacker that leads to loopback (DNS rebinding).
    @Test
    void otherHostNamesAreRefused() throws Exception {
        assertThat(raw("GET /status", "Host: evil.example:9090")).startsWith("HTTP/1.1 403 ");
        assertThat(raw("GET /status", "Host: localhost:9090")).startsWith("HTTP/1.1 200 ");
        assertThat(raw("GET /status", "Host: [::1]:9090")).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void otherMachinesTakeATokenForReading() throws Exception {
        assertThatThrownBy(() -> Admin.start(server, "tcp://*:0")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs a token");
        try (Admin exposed = Admin.bind(() -> server, Endpoint.parse("tcp://*:0"),
                Optional.of(AdminToken.of(TOKEN)))) {
            exposed.start();
            for (String path : new String[]{"/status", "/metrics", "/health", "/connections", "/events"}) {
                assertThat(http.send(HttpRequest.newBuilder(address(exposed, path)).build(),
                        HttpResponse.BodyHandlers.ofString()).statusCode()).as(path).isEqualTo(401);
            }
            assertThat(http.send(HttpRequest.newBuilder(address(exposed, "/status"))
                    .header("Authorization", "Bearer " + TOKEN).build(), HttpResponse.BodyHandlers.ofString())
                    .statusCode()).isEqualTo(OK);
        }
    }

    @Test
    void badRequestsGetASentence() throws Exception {
        assertThat(get("/nothing").body()).startsWith("there is nothing at /nothing: the admin endpoint has /, ");
        assertThat(get("/connections?sort=x").body()).isEqualTo(
                "bad sort 'x': it must be one of id, peer, age, in, out, state\n");
        assertThat(get("/connections?limit=1001").statusCode()).isEqualTo(400);
        assertThat(get("/connections?x=1").body()).startsWith("bad query 'x=1'");
        assertThat(raw("DELETE /status", "Host: 127.0.0.1")).startsWith("HTTP/1.1 405 ");
    }

    @Test
    void aPortInUseIsOneSentence() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> Admin.start(server, "tcp://127.0.0.1:" + taken.getLocalPort()))
                    .isInstanceOf(IOException.class).hasMessageStartingWith("cannot listen on tcp://127.0.0.1:")
                    .hasMessageEndingWith("; stop what listens there, or take another port");
        }
        assertThatThrownBy(() -> Admin.start(server, "udp://127.0.0.1:1"))
                .hasMessage("the admin endpoint cannot be udp://127.0.0.1:1: it is tcp://HOST:PORT or unix:/PATH");
    }

    @Test
    void tokenFilesAreChecked() throws Exception {
        Path file = directory.resolve("token");
        assertThatThrownBy(() -> AdminToken.read(file)).hasMessage("the token file " + file + " does not exist");
        Files.writeString(file, "short\n");
        assertThatThrownBy(() -> AdminToken.read(file))
                .hasMessageStartingWith("bad token file " + file + ": a token has");
        Files.writeString(file, TOKEN + "\n");
        assertThat(AdminToken.read(file).secret().is(TOKEN)).isTrue();
        assertThat(AdminToken.read(file).secret().is(TOKEN + "x")).isFalse();
    }

    // --- clients ---

    private Socket client() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), server.port());
    }

    private static boolean accepts(int port) {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void awaitState(String state) throws Exception {
        while (!json("/connections").path("rows").path(0).path("state").stringValue("").equals(state)) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private void awaitActive(int active) throws Exception {
        while (json("/status").path("active").intValue() != active) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static URI address(Admin admin, String path) {
        return URI.create("http://127.0.0.1:" + ((Endpoint.Tcp) admin.endpoint()).port() + path);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(HttpRequest.newBuilder(address(admin, path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode json(String path) throws Exception {
        return JsonMapper.shared().readTree(get(path).body());
    }

    private HttpResponse<String> act(String path) throws Exception {
        return post(path, request -> request.header("Authorization", "Bearer " + TOKEN));
    }

    private HttpResponse<String> post(String path, UnaryOperator<HttpRequest.Builder> change) throws Exception {
        return http.send(change.apply(HttpRequest.newBuilder(address(admin, path)))
                .POST(HttpRequest.BodyPublishers.noBody()).build(), HttpResponse.BodyHandlers.ofString());
    }

    /// The response to a request with headers that the JDK's client does not let a program set.
    private String raw(String methodAndPath, String... headers) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(),
                    ((Endpoint.Tcp) admin.endpoint()).port()));
            socket.getOutputStream().write((methodAndPath + " HTTP/1.1\r\nConnection: close\r\nContent-Length: 0\r\n"
                    + String.join("\r\n", headers) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
