package dev.polyserve.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Connection;
import dev.polyserve.Framing;
import dev.polyserve.Input;
import dev.polyserve.Model;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.Tls;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The heap that TLS adds to an idle connection: the whole heap of connections with TLS, less that of plain ones, both without
/// the stacks of coroutines, which are larger until the JVM has compiled the code on them. The JDK's engine has some 4,130
/// bytes of it. The client has only its socket left.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class IdleTlsMemoryTest {
    private static final int CONNECTIONS = 60;
    private static final int FIRST_CONNECTIONS = 10;
    /// One figure in the middle of these: now and then something else in the process takes or frees some 40 KB meanwhile.
    private static final int BATCHES = 3;
    private static final long MOST_BYTES = 4_400;
    private static final byte[] HELLO = "hello\n".getBytes(US_ASCII);
    private static final Pattern TOTAL = Pattern.compile("Total +\\d+ +(\\d+) *");
    private static final Pattern STACKS = Pattern.compile(" *\\d+: +\\d+ +(\\d+) +jdk\\.internal\\.vm\\.StackChunk .*");

    private static final class EchoProtocol implements Protocol {
        @Override
        public void received(Input input, Output output) throws IOException {
            output.write(input.takeAll());
        }
    }

    private static void echo(Connection client) throws IOException {
        for (String line; (line = client.readLine()) != null;) {
            client.writeLine(line);
        }
    }

    private static ServerBuilder serving(String model, String style, boolean tls) {
        Model how = Model.named(model);
        Optional<String> whyNot = Server.whyNot(how);
        assumeTrue(whyNot.isEmpty(), () -> "needs a model that cannot run here: " + whyNot.orElse(""));
        ServerBuilder server = (tls
                ? Server.at("tls://127.0.0.1:0").tls(Tls.selfSigned())
                : Server.at("tcp://127.0.0.1:0")).model(how);
        return switch (style) {
            case "messages" -> server.messages(Framing.lines(), (line, client) -> client.writeLine(line));
            case "protocol" -> server.protocol(EchoProtocol::new);
            case "handler" -> server.handle(IdleTlsMemoryTest::echo);
            default -> throw new IllegalArgumentException(style);
        };
    }

    private static long heapBytes() throws JMException {
        String histogram = (String) ManagementFactory.getPlatformMBeanServer().invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"), "gcClassHistogram",
                new Object[]{new String[0]}, new String[]{String[].class.getName()});
        return sum(TOTAL, histogram) - sum(STACKS, histogram);
    }

    private static long sum(Pattern line, String histogram) {
        return histogram.lines().map(line::matcher).filter(Matcher::matches)
                .mapToLong(found -> Long.parseLong(found.group(1))).sum();
    }

    /// The bytes once they no longer fall: objects that wait for a reference queue go a little later.
    private static long settledHeapBytes() throws JMException {
        long least = heapBytes();
        for (long now = heapBytes(); now < least; now = heapBytes()) {
            least = now;
        }
        return least;
    }

    private static Socket answered(Server server, boolean tls) throws Exception {
        Socket below = new Socket(InetAddress.getLoopbackAddress(), server.port());
        if (tls) {
            SSLSocket client = TlsServerTest.over(below, "TLSv1.3");
            client.getOutputStream().write(HELLO);
            assertThat(client.getInputStream().readNBytes(HELLO.length)).isEqualTo(HELLO);
        } else {
            below.getOutputStream().write(HELLO);
            assertThat(below.getInputStream().readNBytes(HELLO.length)).isEqualTo(HELLO);
        }
        return below;
    }

    private static long bytesOfOne(String model, String style, boolean tls) throws Exception {
        List<Socket> clients = new ArrayList<>();
        try (Server server = serving(model, style, tls).start()) {
            connect(server, tls, clients, FIRST_CONNECTIONS); // the buffers that all share, and the JDK's classes
            long[] bytes = new long[BATCHES];
            long before = settledHeapBytes();
            for (int batch = 0; batch < BATCHES; batch++) {
                connect(server, tls, clients, CONNECTIONS);
                long after = settledHeapBytes();
                bytes[batch] = (after - before) / CONNECTIONS;
                before = after;
            }
            Arrays.sort(bytes);
            return bytes[BATCHES / 2];
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    private static void connect(Server server, boolean tls, List<Socket> clients, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            clients.add(answered(server, tls));
        }
    }

    @ParameterizedTest
    @CsvSource("epoll, protocol")
    void tlsAddsFourKilobytes(String model, String style) throws Exception {
        requireFourKilobytes(model, style);
    }

    @ParameterizedTest
    @EnabledIfSystemProperty(named = "polyserve.tests", matches = "full")
    @CsvSource({"epoll, messages", "epoll, handler", "virtual, protocol", "virtual, handler"})
    void tlsAddsFourKilobytesInTheOtherStyles(String model, String style) throws Exception {
        requireFourKilobytes(model, style);
    }

    private static void requireFourKilobytes(String model, String style) throws Exception {
        long plain = bytesOfOne(model, style, false);
        long tls = bytesOfOne(model, style, true);
        assertThat(tls - plain).as("%d bytes, less %d without TLS", tls, plain).isBetween(3_000L, MOST_BYTES);
    }
}
