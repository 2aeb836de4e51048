package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Model;
import dev.polyserve.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `serve --admin` with worker processes, and across a restart.
@Tag("slow")
@Tag("process")
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class AdminProcessTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final String ANNOUNCED = "the admin page is at ";

    @TempDir
    private Path directory = Path.of(".");
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        http.close();
    }

    @Test
    void connectionsOfWorkersAreListedAndEnded() throws Exception {
        try (ServedProcess server = ServedProcess.start("serve", "upper", "--listen", "tcp://127.0.0.1:0", "--model",
                "process-pool", "--workers", "2", "--admin", "tcp://127.0.0.1:0", "--admin-token-file", token())) {
            int port = server.awaitPort();
            String page = page(server);
            try (Socket kept = connected(port); Socket ended = connected(port)) {
                String rows = get(page + "connections?filter=:" + ended.getLocalPort());
                assertThat(rows).contains("\"total\":2", "\"inWorkers\":true", "\"state\":\"in a worker process\"");
                String id = rows.replaceAll(".*\"id\":([0-9]+).*", "$1");
                assertThat(post(page + "connections/" + id + "/end")).isEqualTo("connection " + id + " was ended\n");
                ended.setSoTimeout(20_000);
                assertThat(end(ended)).isNegative();
                kept.getOutputStream().write('b');
                assertThat(kept.getInputStream().read()).isEqualTo('B');
            }
            assertThat(get(page + "status")).containsPattern("\"workers\":\\[\\{\"number\":1,.*\"number\":2,");
            assertThat(get(page + "metrics")).contains("polyserve_workers{state=\"serving\"} 2.0",
                    "polyserve_worker_served_total{worker=\"1\"}",
                    "polyserve_worker_received_bytes_total{worker=\"2\"}");
        }
    }

    /// Each worker process reports its figures of the upstreams, also one whose connections are over.
    @ParameterizedTest
    @ValueSource(strings = {"epoll", "process-pool", "process"})
    void theFiguresOfUpstreamsAreThoseOfAllProcesses(String model) throws Exception {
        try (Server upstream = Server.at("tcp://127.0.0.1:0").model(Model.virtual())
                .handle(client -> client.print("hello")).start();
                ServedProcess proxy = ServedProcess.start("serve", "proxy", "tcp://127.0.0.1:" + upstream.port(),
                        "unix:" + directory.resolve("none"), "--listen", "tcp://127.0.0.1:0", "--model", model,
                        "--health-fall", "1000", "--admin", "tcp://127.0.0.1:0")) {
            int port = proxy.awaitPort();
            String page = page(proxy);
            for (int i = 0; i < 4; i++) {
                try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                            .isEqualTo("hello");
                }
            }
            String label = "{upstream=\"tcp://127.0.0.1:" + upstream.port() + "\"} ";
            awaitContaining(page + "metrics", "polyserve_upstream_connections_established_total" + label + "4.0",
                    "polyserve_upstream_connections" + label + "0.0",
                    "polyserve_upstream_received_bytes_total" + label + "20.0");
            awaitContaining(page + "status", "\"upstreams\":[{\"endpoint\":\"tcp://127.0.0.1:" + upstream.port()
                    + "\",\"state\":\"up\",\"active\":0,\"connected\":4,\"failed\":0,\"bytesOut\":0,\"bytesIn\":20,");
        }
    }

    /// Asks again until the answer has all texts.
    private void awaitContaining(String uri, String... texts) throws Exception {
        while (!Stream.of(texts).allMatch(get(uri)::contains)) {
            LockSupport.parkNanos(10_000_000);
        }
    }

    @Test
    void theEndpointGoesOverToTheNewProgram() throws Exception {
        int adminPort = FreePort.find();
        try (ServedProcess server = ServedProcess.start("serve", "upper", "--listen", "tcp://127.0.0.1:0", "--admin",
                "tcp://127.0.0.1:" + adminPort, "--admin-token-file", token())) {
            int port = server.awaitPort();
            String page = page(server);
            assertThat(get(page + "status")).contains("\"pid\":" + server.pid() + ",", "\"generation\":0");
            String answer = post(page + "restart");
            assertThat(answer).endsWith(" has replaced process " + server.pid() + "\n");
            String successor = answer.replaceAll("process ([0-9]+) .*\\n", "$1");
            assertThat(server.awaitStatus()).isZero();
            try (var program = new Successor(Long.parseLong(successor)); Socket client = connected(port)) {
                assertThat(client.isConnected()).isTrue();
                while (!get(page + "status").contains("\"pid\":" + program.pid() + ",")) {
                    LockSupport.parkNanos(10_000_000);
                }
                assertThat(get(page + "status")).contains("\"generation\":1");
            }
        }
    }

    @Test
    void withoutTheOptionThereIsNoEndpoint() throws Exception {
        try (ServedProcess server = ServedProcess.start("serve", "upper", "--listen", "tcp://127.0.0.1:0")) {
            int _ = server.awaitPort();
            assertThat(listeners(server.pid())).isEqualTo(1);
        }
        try (ServedProcess server = ServedProcess.start("serve", "upper", "--listen", "tcp://127.0.0.1:0", "--admin",
                "tcp://127.0.0.1:0")) {
            String _ = page(server);
            assertThat(listeners(server.pid())).isEqualTo(2);
        }
    }

    /// How many TCP sockets of a process listen.
    private static int listeners(long pid) throws IOException {
        Set<String> listening = new HashSet<>();
        for (String table : List.of("tcp", "tcp6")) {
            Files.readAllLines(Path.of("/proc/" + pid + "/net/" + table)).stream().map(line -> line.strip().split(" +"))
                    .filter(fields -> fields[3].equals("0A"))
                    .forEach(fields -> listening.add("socket:[" + fields[9] + "]"));
        }
        int count = 0;
        try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            for (Path file : files.toList()) {
                if (Files.isSymbolicLink(file) && listening.contains(Files.readSymbolicLink(file).toString())) {
                    count++;
                }
            }
        }
        return count;
    }

    @Test
    void connectionsThatSendNothingAreBounded() throws Exception {
        int adminPort = FreePort.find();
        try (ServedProcess server = ServedProcess.start("serve", "upper", "--listen", "tcp://127.0.0.1:0", "--admin",
                "tcp://127.0.0.1:" + adminPort)) {
            int port = server.awaitPort();
            String page = page(server);
            List<Socket> silent = new ArrayList<>();
            try {
                for (int i = 0; i < 200; i++) {
                    silent.add(new Socket(InetAddress.getLoopbackAddress(), adminPort));
                }
                // Those above the limit are closed at once.
                for (Socket last : silent.subList(150, 200)) {
                    last.setSoTimeout(20_000);
                    assertThat(end(last)).isNegative();
                }
                connected(port).close();
            } finally {
                for (Socket one : silent) {
                    one.close();
                }
            }
            while (!get(page + "status").contains("\"accepted\":1,")) {
                LockSupport.parkNanos(10_000_000);
            }
        }
    }

    /// The program that has replaced the one that was started; it is no descendant of that one any more.
    private record Successor(long pid) implements AutoCloseable {
        @Override
        public void close() {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private String token() throws IOException {
        return Files.writeString(directory.resolve("token"), TOKEN + "\n").toString();
    }

    /// A client that the server has begun to serve.
    private static Socket connected(int port) throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
        client.getOutputStream().write('a');
        assertThat(client.getInputStream().read()).isEqualTo('A');
        return client;
    }

    private static int end(Socket client) throws IOException {
        try {
            return client.getInputStream().read();
        } catch (SocketException e) {
            return -1;
        }
    }

    private static String page(ServedProcess server) throws InterruptedException {
        String line = server.err.awaitContaining(ANNOUNCED);
        return line.substring(line.indexOf(ANNOUNCED) + ANNOUNCED.length()).strip();
    }

    /// The answer; empty while no program listens.
    private String get(String address) throws InterruptedException {
        try {
            return http.send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            return "";
        }
    }

    private String post(String address) throws Exception {
        return http.send(HttpRequest.newBuilder(URI.create(address)).header("Authorization", "Bearer " + TOKEN)
                .POST(HttpRequest.BodyPublishers.noBody()).build(), HttpResponse.BodyHandlers.ofString()).body();
    }
}
