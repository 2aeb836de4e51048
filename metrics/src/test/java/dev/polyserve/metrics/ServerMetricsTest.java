package dev.polyserve.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.ServerStats;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ServerMetricsTest {
    @Test
    void theFiguresAreThoseOfTheClients() throws Exception {
        try (Server server = upper()) {
            exchange(server, "one");
            exchange(server, "three");
            String text = text(server);
            String listener = "{listener=\"tcp://127.0.0.1:" + server.port() + "\"}";
            assertThat(text).contains("\npolyserve_connections_accepted_total" + listener + " 2.0\n",
                    "\npolyserve_connections" + listener + " 0.0\n",
                    "\npolyserve_connections_closed_total{cause=\"done\"} 2.0\n",
                    "\npolyserve_connection_duration_seconds_count 2\n",
                    "\npolyserve_connections_rejected_total{reason=\"filter\"} 0.0\n",
                    "\npolyserve_loop_busy_ratio{loop=", "\npolyserve_loop_lag_seconds_bucket{loop=",
                    "\npolyserve_loop_stalls_total 0.0\n", "\npolyserve_loop_handoffs_total 0.0\n",
                    "\npolyserve_queue_connections 0.0\n", "\npolyserve_generation 0.0\n",
                    "\npolyserve_received_bytes_total 10.0\n", "\npolyserve_sent_bytes_total 10.0\n",
                    "\npolyserve_limits_reached_total{limit=\"idle\"} 0.0\n", "\npolyserve_accepting 1.0\n",
                    "\njvm_runtime_info{", "\nprocess_cpu_seconds_total ");
        }
    }

    /// An upstream that is up, without a connection now.
    private record Upstream(Endpoint endpoint) implements ServerStats.UpstreamStats {
        @Override
        public int up() {
            return 1;
        }

        @Override
        public long active() {
            return 0;
        }

        @Override
        public long connected() {
            return 3;
        }

        @Override
        public long failed() {
            return 2;
        }

        @Override
        public long bytesOut() {
            return 40;
        }

        @Override
        public long bytesIn() {
            return 50;
        }
    }

    @Test
    void eachUpstreamHasFigures() throws Exception {
        var upstream = new Upstream(Endpoint.parse("tcp://10.0.0.1:80"));
        try (Server server = Server.at("tcp://127.0.0.1:0").model(Model.nio()).handle(_ -> {})
                .upstreams(() -> List.of(upstream)).start()) {
            String label = "{upstream=\"tcp://10.0.0.1:80\"}";
            assertThat(text(server)).contains("\npolyserve_upstream_up" + label + " 1.0\n",
                    "\npolyserve_upstream_processes" + label + " 1.0\n",
                    "\npolyserve_upstream_connections" + label + " 0.0\n",
                    "\npolyserve_upstream_connections_established_total" + label + " 3.0\n",
                    "\npolyserve_upstream_connect_failures_total" + label + " 2.0\n",
                    "\npolyserve_upstream_sent_bytes_total" + label + " 40.0\n",
                    "\npolyserve_upstream_received_bytes_total" + label + " 50.0\n");
        }
        try (Server server = upper()) {
            assertThat(text(server)).doesNotContain("polyserve_upstream_");
        }
    }

    @Test
    void promtoolFindsNothingToImprove() throws Exception {
        assumeTrue(isInstalled("promtool"), "needs promtool, of Debian's package prometheus");
        try (Server server = upper()) {
            exchange(server, "one");
            Process promtool = new ProcessBuilder("promtool", "check", "metrics").redirectErrorStream(true).start();
            try (var in = promtool.getOutputStream()) {
                in.write(text(server).getBytes(StandardCharsets.UTF_8));
            }
            String found = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(promtool.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(found).isEmpty();
            assertThat(promtool.exitValue()).isZero();
        }
    }

    @Test
    void openMetricsIsWrittenWhenItIsAskedFor() throws Exception {
        try (Server server = upper()) {
            MetricsText text = new MetricsText(ServerMetrics.of(server));
            String accept = "application/openmetrics-text;version=1.0.0,text/plain;q=0.5";
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            text.write(accept, out);
            assertThat(out.toString(StandardCharsets.UTF_8)).endsWith("# EOF\n");
            assertThat(text.contentType(accept)).startsWith("application/openmetrics-text");
            assertThat(text.contentType("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily"))
                    .startsWith("text/plain");
        }
    }

    @Test
    void micrometerHasTheSameFigures() throws Exception {
        try (Server server = upper()) {
            exchange(server, "seven!!");
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            new ServerMeterBinder(server).bindTo(registry);
            assertThat(registry.get("polyserve.connections.accepted").functionCounter().count()).isEqualTo(1);
            assertThat(registry.get("polyserve.received").functionCounter().count()).isEqualTo(8);
            assertThat(registry.get("polyserve.connections").gauge().value()).isZero();
            assertThat(registry.get("polyserve.limits.reached").tag("limit", "idle").functionCounter().count())
                    .isZero();
        }
    }

    private static Server upper() throws IOException {
        return Server.at("tcp://127.0.0.1:0").model(Model.nio()).handle(connection -> {
            for (String line; (line = connection.readLine()) != null;) {
                connection.writeLine(line);
            }
        }).start();
    }

    private static String text(Server server) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new MetricsText(ServerMetrics.of(server)).write(null, out);
        return out.toString(StandardCharsets.UTF_8);
    }

    /// Sends a line, reads the reply and waits until the server has counted the connection as over.
    private static void exchange(Server server, String line) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            client.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).hasSize(line.length() + 1);
        }
        while (server.stats().active() > 0) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":")).map(Path::of)
                .anyMatch(directory -> Files.isExecutable(directory.resolve(program)));
    }
}
