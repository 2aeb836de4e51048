package dev.polyserve.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Server;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A real Prometheus scrapes the admin endpoint, and its answers to queries are what the clients did.
@Tag("slow")
@Timeout(90)
class PrometheusTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final Pattern LISTENS = Pattern.compile("msg=\"Listening on\" address=([0-9.:]+)");

    @TempDir
    private Path directory = Path.of(".");
    private final HttpClient http = HttpClient.newHttpClient();
    private final Server server;

    PrometheusTest() throws IOException {
        server = Server.at("tcp://127.0.0.1:0").model(Model.nio()).handle(connection -> {
            for (String line; (line = connection.readLine()) != null;) {
                connection.writeLine(line);
            }
        }).bind();
    }

    @BeforeEach
    void start() throws IOException {
        assumeTrue(isInstalled("prometheus"), "needs prometheus, of Debian's package prometheus");
        Server _ = server.start();
    }

    @AfterEach
    void close() {
        server.close();
        http.close();
    }

    @Test
    void theAnswersToQueriesAreWhatTheClientsDid() throws Exception {
        try (Admin admin = Admin.start(server, "tcp://127.0.0.1:0");
                Prometheus prometheus = start(admin, "");
                Socket one = client();
                Socket two = client()) {
            EchoClient.exchange(one, "first");
            EchoClient.exchange(two, "second!");
            prometheus.await("polyserve_received_bytes_total", "14");
            prometheus.await("polyserve_connections", "2");
            prometheus.await("polyserve_connections_accepted_total", "2");
            prometheus.await("polyserve_accepting", "1");
            two.shutdownOutput();
            prometheus.await("polyserve_connections_closed_total{cause=\"done\"}", "1");
            prometheus.await("polyserve_connection_duration_seconds_count", "1");
            prometheus.await("histogram_quantile(0.99, polyserve_loop_lag_seconds_bucket) >= bool 0", "1");
            prometheus.await("count(process_cpu_seconds_total)", "1");
            JsonNode target = prometheus.get("targets").path("data").path("activeTargets").path(0);
            assertThat(target.path("health").stringValue()).isEqualTo("up");
            assertThat(target.path("lastError").stringValue()).isEmpty();
        }
    }

    @Test
    void anEndpointForOtherMachinesTakesTheToken() throws Exception {
        try (Admin admin = Admin.bind(() -> server, Endpoint.parse("tcp://*:0"), Optional.of(AdminToken.of(TOKEN)))) {
            admin.start();
            try (Prometheus prometheus = start(admin, ", authorization: {credentials: " + TOKEN + "}")) {
                prometheus.await("polyserve_accepting", "1");
            }
        }
    }

    // --- Prometheus ---

    /// A Prometheus that scrapes five times a second.
    ///
    /// @param settings further settings of the scrape
    private Prometheus start(Admin admin, String settings) throws IOException {
        String target = "127.0.0.1:" + ((Endpoint.Tcp) admin.endpoint()).port();
        Path config = Files.writeString(directory.resolve("prometheus.yml"), """
                global: {scrape_interval: 200ms, scrape_timeout: 200ms}
                scrape_configs:
                  - {job_name: polyserve, static_configs: [{targets: ["%s"]}]%s}
                """.formatted(target, settings));
        Path log = directory.resolve("log");
        Process process = new ProcessBuilder("prometheus", "--config.file=" + config,
                "--storage.tsdb.path=" + directory.resolve("data"), "--web.listen-address=127.0.0.1:0")
                .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        return new Prometheus(process, log);
    }

    private final class Prometheus implements AutoCloseable {
        private final Process process;
        private final String api;

        Prometheus(Process process, Path log) throws IOException {
            this.process = process;
            this.api = "http://" + address(process, log) + "/api/v1/";
        }

        /// The address in its log.
        private static String address(Process process, Path log) throws IOException {
            while (true) {
                boolean alive = process.isAlive();
                String said = Files.readString(log);
                Matcher listens = LISTENS.matcher(said);
                if (listens.find()) {
                    return listens.group(1);
                }
                if (!alive) {
                    throw new IOException("prometheus has ended: " + said);
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
        }

        /// The answer, as soon as it is ready to answer.
        JsonNode get(String path) throws Exception {
            while (true) {
                HttpResponse<String> answer = http.send(HttpRequest.newBuilder(URI.create(api + path)).build(),
                        HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() != HttpURLConnection.HTTP_UNAVAILABLE) {
                    return JsonMapper.shared().readTree(answer.body());
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
        }

        /// Waits until a query has this value.
        void await(String query, String value) throws Exception {
            String path = "query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8);
            while (!get(path).path("data").path("result").path(0).path("value").path(1).stringValue("").equals(value)) {
                LockSupport.parkNanos(POLL_NANOS);
            }
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit().orTimeout(20, TimeUnit.SECONDS).handle((_, late) -> {
                if (late != null) {
                    process.destroyForcibly();
                }
                return process;
            }).join();
        }
    }

    private Socket client() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), server.port());
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":")).map(Path::of)
                .anyMatch(directory -> Files.isExecutable(directory.resolve(program)));
    }
}
