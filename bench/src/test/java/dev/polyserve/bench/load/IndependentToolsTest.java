package dev.polyserve.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.DatagramHandler;
import dev.polyserve.Endpoint;
import dev.polyserve.Server;
import dev.polyserve.bench.result.MinMedianMax;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Compares the load generator with independent tools, in alternating rounds against the same server.
///
/// The servers take a known time per request, so that the test compares the measurement, not the speed of the client.
@Tag("slow")
@Timeout(120)
class IndependentToolsTest {
    private static final int FEWEST_ROUNDS = 3;
    /// Further rounds are added while other load disturbs the machine: the medians then approach the true value.
    private static final int MOST_ROUNDS = 15;
    /// How long a server takes to reply: much longer than a busy machine lets a thread wait for a processor.
    private static final int REPLY_MILLIS = 20;
    private static final Percentage TOLERANCE = Percentage.withPercentage(5);

    /// The figures of one tool: one per round.
    private record Found(List<Double> rates, List<Double> medians) {
        Found() {
            this(new ArrayList<>(), new ArrayList<>());
        }

        void add(double requestsPerSecond, double medianMicros) {
            rates.add(requestsPerSecond);
            medians.add(medianMicros);
        }

        boolean agreesWith(Found other) {
            return Math.abs(rate() / other.rate() - 1) < 0.05
                    && Math.abs(medianMicros() / other.medianMicros() - 1) < 0.05;
        }

        double rate() {
            return MinMedianMax.of(rates).median();
        }

        double medianMicros() {
            return MinMedianMax.of(medians).median();
        }
    }

    private static String output(String tool, String debianPackage, List<String> arguments) throws Exception {
        assumeTrue(
                System.getenv().getOrDefault("PATH", "").lines().flatMap(path -> List.of(path.split(":", -1)).stream())
                        .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool))),
                "needs " + tool + ", which Debian has in " + debianPackage);
        List<String> command = new ArrayList<>(List.of(tool));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return output.replace('\r', '\n');
    }

    private static double number(String pattern, String output) {
        Matcher matcher = Pattern.compile(pattern).matcher(output);
        assertThat(matcher.find()).as("'" + pattern + "' in: " + output).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    private static LoadRunResult ours(Server server, LoadProfile traffic, int clients) throws MeasurementException {
        Endpoint endpoint = server.endpoints().getFirst();
        try (LoadGenerator load = LoadGenerator.open(new LoadGenerator.Plan(endpoint, traffic, clients, 1, true))) {
            return load.begin(new RequestPacing.Closed(1), Duration.ofMillis(200), Duration.ofSeconds(1)).await();
        }
    }

    /// A request of redis-benchmark is also a valid reply, so the tool can load an echo server.
    @Test
    void redisBenchmarkOnTcp() throws Exception {
        int clients = 20;
        String word = "a".repeat(50);
        int requestBytes = ("*1\r\n$50\r\n" + word + "\r\n").length();
        Found theirs = new Found();
        Found ours = new Found();
        try (Server server = Server.at("tcp://127.0.0.1:0").handle(connection -> {
            byte[] piece = new byte[1024];
            for (int length; (length = connection.read(piece)) >= 0;) {
                Thread.sleep(REPLY_MILLIS);
                connection.write(piece, 0, length);
            }
        }).start()) {
            int port = ((Endpoint.Tcp) server.endpoints().getFirst()).port();
            for (int round = 0; round < MOST_ROUNDS && !(round >= FEWEST_ROUNDS && ours.agreesWith(theirs)); round++) {
                String output = output("redis-benchmark", "redis-tools", List.of("-p", Integer.toString(port), "-c",
                        Integer.toString(clients), "-n", "1000", "--precision", "3", word));
                theirs.add(number("throughput summary: ([\\d.]+)", output),
                        1_000 * number("avg +min +p50 .*\\n +[\\d.]+ +[\\d.]+ +([\\d.]+)", output));
                LoadRunResult recording = ours(server, new LoadProfile.Exchanges(requestBytes), clients);
                ours.add(recording.requestsPerSecond(), recording.percentileMicros(50));
            }
        }
        assertThat(ours.rate()).as("requests/s").isCloseTo(theirs.rate(), TOLERANCE);
        assertThat(ours.medianMicros()).as("p50").isCloseTo(theirs.medianMicros(), TOLERANCE);
    }

    @Test
    void sockperfOnUdp() throws Exception {
        int requestBytes = 64;
        Found theirs = new Found();
        Found ours = new Found();
        try (Server forThem = datagrams(true); Server forUs = datagrams(false)) {
            int port = ((Endpoint.Udp) forThem.endpoints().getFirst()).port();
            for (int round = 0; round < MOST_ROUNDS && !(round >= FEWEST_ROUNDS && ours.agreesWith(theirs)); round++) {
                String output = output("sockperf", "sockperf",
                        List.of("ping-pong", "-i", "127.0.0.1", "-p", Integer.toString(port), "-t", "1", "-m",
                                Integer.toString(requestBytes), "--full-rtt"));
                theirs.add(number("ReceivedMessages=(\\d+)", output) / number("RunTime=([\\d.]+)", output),
                        number("percentile 50.000 = +([\\d.]+)", output));
                LoadRunResult recording = ours(forUs, new LoadProfile.Datagrams(requestBytes), 1);
                ours.add(recording.requestsPerSecond(), recording.percentileMicros(50));
            }
        }
        assertThat(ours.rate()).as("requests/s").isCloseTo(theirs.rate(), TOLERANCE);
        assertThat(ours.medianMicros()).as("p50").isCloseTo(theirs.medianMicros(), TOLERANCE);
    }

    /// Returns each datagram after [#REPLY_MILLIS], with one flag changed that sockperf expects in its header.
    private static Server datagrams(boolean forSockperf) throws Exception {
        DatagramHandler handler = (request, reply) -> {
            Thread.sleep(REPLY_MILLIS);
            ByteBuffer payload = request.payload();
            byte[] bytes = new byte[payload.remaining()];
            payload.get(bytes);
            if (forSockperf) {
                bytes[9] &= ~1;
            }
            reply.write(bytes);
        };
        return Server.at("udp://127.0.0.1:0").datagrams(handler).start();
    }
}
