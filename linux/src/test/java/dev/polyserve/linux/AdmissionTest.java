package dev.polyserve.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Framing;
import dev.polyserve.Limit;
import dev.polyserve.Model;
import dev.polyserve.Networks;
import dev.polyserve.Options;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.ServerListener;
import dev.polyserve.Tls;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The rate of accepting, the least rate of input, and bans, in each model that serves in its own process.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class AdmissionTest {
    private static final Options.Ban RULE = new Options.Ban(Duration.ofMinutes(1), 3, Duration.ofMinutes(1));
    private static final String HEADER = "PROXY TCP4 192.0.2.7 198.51.100.1 4000 443\r\n";
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private final BlockingQueue<Cause> ends = new LinkedBlockingQueue<>();

    private ServerBuilder server(String model, String endpoint, UnaryOperator<Options> options) {
        Model how = Model.named(model);
        Optional<String> whyNot = Server.whyNot(how);
        assumeTrue(whyNot.isEmpty(), () -> "needs a model that cannot run here: " + whyNot.orElse(""));
        return Server.at(endpoint).model(how).options(options).listener(new ServerListener() {
            @Override
            public void closed(ConnectionInfo connection, Cause cause) {
                ends.add(cause);
            }
        });
    }

    private static void lines(Connection connection) throws IOException {
        connection.writeLine("welcome");
        for (String line; (line = connection.readLine()) != null;) {
            connection.writeLine(line);
        }
    }

    private static Socket connect(Server server, String sent) throws IOException {
        Socket client = new Socket(LOOPBACK, server.port());
        client.setSoTimeout(30_000);
        client.getOutputStream().write(sent.getBytes(US_ASCII));
        return client;
    }

    private static String line(Socket client) throws IOException {
        return new BufferedReader(new InputStreamReader(client.getInputStream(), US_ASCII)).readLine();
    }

    /// Whether the server closes the connection without a byte.
    private static boolean isRefused(Server server, String sent) throws IOException {
        try (Socket client = connect(server, sent)) {
            return client.getInputStream().read() < 0;
        } catch (IOException e) {
            return String.valueOf(e.getMessage()).matches("(?i).*(reset|broken pipe).*");
        }
    }

    private static boolean isWelcome(Server server, String sent) throws IOException {
        try (Socket client = connect(server, sent)) {
            return "welcome".equals(line(client));
        }
    }

    @ParameterizedTest
    @TestedModels
    void connectionsBeyondTheRateWaitAndAreAllServed(String model) throws Exception {
        try (Server server = server(model, "tcp://127.0.0.1:0",
                o -> o.withLimits(l -> l.withAcceptsPerSecond(20))).handle(AdmissionTest::lines).start()) {
            long beganNanos = System.nanoTime();
            assertThat(isWelcome(server, "")).isTrue();
            List<Socket> clients = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                clients.add(connect(server, ""));
            }
            for (Socket client : clients) {
                assertThat(line(client)).isEqualTo("welcome");
                client.close();
            }
            // Two may come at once; the seven others are at least 50 ms apart.
            assertThat(System.nanoTime() - beganNanos).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(300));
            assertThat(server.stats().reached()).containsKey(Limit.ACCEPT_RATE);
            assertThat(server.stats().rejected()).isZero();
            server.reconfigure(o -> o.withLimits(l -> l.withAcceptsPerSecond(0)));
            for (int i = 0; i < 100; i++) {
                assertThat(isWelcome(server, "")).isTrue();
            }
        }
    }

    @ParameterizedTest
    @TestedModels
    void anAddressThatBreaksLimitsIsRefusedUntilItsBanIsLifted(String model) throws Exception {
        try (Server server = server(model, "tcp://127.0.0.1:0", o -> o.withAccess(a -> a.withBan(RULE))
                .withLimits(l -> l.withFrameBytes(10))).handle(AdmissionTest::lines).start()) {
            for (int i = 0; i < 3; i++) {
                assertThat(server.bans()).isEmpty();
                assertThat(isWelcome(server, "a line that is too long\n")).isTrue();
                assertThat(ends.poll(20, TimeUnit.SECONDS)).isEqualTo(new Cause.LimitReached(Limit.FRAME));
            }
            assertThat(isRefused(server, "")).isTrue();
            assertThat(server.stats().reached()).containsEntry(Limit.BAN, 1L);
            assertThat(server.bans()).containsOnlyKeys(Networks.parse("127.0.0.1"));
            assertThat(server.liftBan(LOOPBACK)).isTrue();
            assertThat(isWelcome(server, "")).isTrue();
        }
    }

    @ParameterizedTest
    @TestedModels
    void theAddressInTheHeaderIsBanned(String model) throws Exception {
        try (Server server = server(model, "tcp://127.0.0.1:0?proxy=127.0.0.0/8", o -> o
                .withAccess(a -> a.withBan(RULE)).withLimits(l -> l.withFrameBytes(10))).handle(AdmissionTest::lines)
                .start()) {
            for (int i = 0; i < 3; i++) {
                assertThat(isWelcome(server, HEADER + "a line that is too long\n")).isTrue();
                assertThat(ends.poll(20, TimeUnit.SECONDS)).isEqualTo(new Cause.LimitReached(Limit.FRAME));
            }
            assertThat(isRefused(server, HEADER)).isTrue();
            assertThat(isWelcome(server, HEADER.replace("192.0.2.7", "192.0.2.8"))).isTrue();
            for (int i = 0; i < 10; i++) {
                assertThat(isRefused(server, "no header\r\n")).isTrue();
            }
            assertThat(isWelcome(server, "PROXY UNKNOWN\r\n")).as("the load balancer itself").isTrue();
            assertThat(server.bans()).containsOnlyKeys(Networks.parse("192.0.2.7"));
        }
    }

    @ParameterizedTest
    @TestedModels
    void failedHandshakesAreOffences(String model) throws Exception {
        try (Server server = server(model, "tls://127.0.0.1:0", o -> o.withAccess(a -> a.withBan(RULE)))
                .tls(Tls.selfSigned()).handle(AdmissionTest::lines).start()) {
            for (int i = 0; i < 3; i++) {
                assertThat(server.bans()).isEmpty();
                try (Socket client = connect(server, "GET / HTTP/1.0\r\n\r\n")) {
                    while (server.stats().failed() <= i) {
                        Thread.onSpinWait();
                    }
                    assertThat(client.isConnected()).isTrue();
                }
            }
            while (server.bans().isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(isRefused(server, "")).isTrue();
            assertThat(server.stats().reached()).containsEntry(Limit.BAN, 1L);
        }
    }

    /// One byte a second within a line, beside one that sends nothing after a whole line.
    @Tag("slow")
    @ParameterizedTest
    @ValueSource(strings = {"thread", "epoll"})
    void aSenderThatIsTooSlowIsEndedAndAnIdleOneIsNot(String model) throws Exception {
        try (Server server = server(model, "tcp://127.0.0.1:0",
                o -> o.withLimits(l -> l.withMinInputBytesPerSecond(100)))
                .messages(Framing.lines(), (line, client) -> client.writeLine(line)).start();
                Socket idle = connect(server, "idle\n");
                Socket slow = connect(server, "slow\nl")) {
            assertThat(line(idle)).isEqualTo("idle");
            assertThat(line(slow)).isEqualTo("slow");
            Cause end = null;
            for (int i = 0; end == null && i < 30; i++) {
                end = ends.poll(1, TimeUnit.SECONDS);
                if (end == null) {
                    slow.getOutputStream().write('x');
                }
            }
            assertThat(end).isEqualTo(new Cause.TimedOut(Limit.MIN_RATE));
            assertThat(server.stats().reached()).containsEntry(Limit.MIN_RATE, 1L);
            idle.getOutputStream().write("still here\n".getBytes(US_ASCII));
            assertThat(line(idle)).isEqualTo("still here");
        }
    }
}
