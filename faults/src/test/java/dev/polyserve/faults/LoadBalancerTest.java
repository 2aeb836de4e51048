package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.cli.FreePort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

/// HAProxy and nginx in front of a server, with the configurations of `docs/guide/behind-a-load-balancer.md`.
@Timeout(120)
class LoadBalancerTest {
    private static final Path GUIDE = Path.of(System.getProperty("basedir", "."), "..", "docs", "guide",
            "behind-a-load-balancer.md");
    private static final int EXIT_SECONDS = 10;

    @TempDir
    private Path directory;

    @ParameterizedTest(name = "{0}")
    @Models({"thread", "virtual", "nio", "epoll", "io_uring", "process", "process-pool"})
    void haproxySendsVersion2(String model) throws Exception {
        Requirements.program("haproxy");
        forwards(model, block("haproxy"), "haproxy", "-db", "-f", directory.resolve("balancer").toString());
    }

    @ParameterizedTest(name = "{0}")
    @Models({"thread", "virtual", "nio", "epoll", "io_uring", "process", "process-pool"})
    void haproxySendsVersion1(String model) throws Exception {
        Requirements.program("haproxy");
        forwards(model, block("haproxy").replace("send-proxy-v2", "send-proxy"), "haproxy", "-db", "-f",
                directory.resolve("balancer").toString());
    }

    @ParameterizedTest(name = "{0}")
    @Models({"thread", "virtual", "nio", "epoll", "io_uring", "process", "process-pool"})
    void nginxSendsVersion1(String model) throws Exception {
        Requirements.program("nginx");
        Path module = Path.of("/usr/lib/nginx/modules/ngx_stream_module.so");
        String load = Files.exists(module) ? "load_module " + module + ";\n" : "";
        forwards(model, load + "daemon off;\nerror_log stderr;\npid " + directory.resolve("pid") + ";\nevents {}\n"
                + block("nginx"), "nginx", "-c", directory.resolve("balancer").toString());
    }

    @Test
    void curlSendsVersion1() throws Exception {
        Requirements.program("curl");
        try (CommandLine server = server("epoll")) {
            Process curl = new ProcessBuilder("curl", "-sN", "--haproxy-protocol", "--max-time", "20",
                    "http://127.0.0.1:" + server.port() + "/", "--http0.9", "-H", "Connection: close")
                    .redirectError(directory.resolve("curl-errors").toFile()).start();
            try (BufferedReader answer = curl.inputReader()) {
                assertThat(answer.readLine()).isEqualTo("GET / HTTP/1.1");
            } finally {
                curl.destroyForcibly();
            }
        }
    }

    private CommandLine server(String model) throws Exception {
        return CommandLine.serve(directory, "upper", "--listen", "tcp://127.0.0.1:0", "--proxy-protocol", "127.0.0.1",
                "--model", model);
    }

    /// Runs the balancer of a configuration in front of a server, and a client in front of both.
    private void forwards(String model, String configuration, String... command) throws Exception {
        int front = FreePort.find();
        try (CommandLine server = server(model)) {
            Files.writeString(directory.resolve("balancer"), configuration.replace("*:7000", "127.0.0.1:" + front)
                    .replace("listen 7000", "listen 127.0.0.1:" + front).replaceAll("(?m)^.*10\\.0\\.0\\.6.*$", "")
                    .replace("10.0.0.5:8888", "127.0.0.1:" + server.port()));
            Process balancer = new ProcessBuilder(List.of(command))
                    .redirectErrorStream(true).redirectOutput(directory.resolve("balancer-log").toFile()).start();
            try {
                converses(front, server, balancer);
            } finally {
                balancer.destroy();
                if (!balancer.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
                    balancer.destroyForcibly();
                }
            }
        }
    }

    private void converses(int front, CommandLine server, Process balancer) throws Exception {
        Eventually.holds(Duration.ofSeconds(20), () -> {
            assertThat(balancer.isAlive()).as(Files.readString(directory.resolve("balancer-log"))).isTrue();
            int port = converses(front);
            Eventually.holds(() -> assertThat(server.errors()).contains(" 127.0.0.1:" + port + " done"));
        });
        assertThat(server.errors()).doesNotContain("is refused");
    }

    /// @return the client's port
    private static int converses(int front) {
        try (Socket client = new Socket()) {
            client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), front));
            client.setSoTimeout(5_000);
            client.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine()).isEqualTo("HELLO");
            return client.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError("the load balancer is not ready", e);
        }
    }

    /// The configuration in the guide.
    private static String block(String language) throws IOException {
        Matcher block = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(GUIDE));
        assertThat(block.find()).as("a block of " + language + " in " + GUIDE).isTrue();
        return block.group(1);
    }
}
