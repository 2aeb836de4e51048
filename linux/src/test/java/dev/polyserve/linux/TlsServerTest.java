package dev.polyserve.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Framing;
import dev.polyserve.Input;
import dev.polyserve.Limit;
import dev.polyserve.Model;
import dev.polyserve.Options;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.ServerListener;
import dev.polyserve.Tls;
import dev.polyserve.tls.ClientTlsContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;

/// TLS in each model that serves in its own process, with the JDK's client.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class TlsServerTest {
    private static final int LARGE_BYTES = 1 << 20;

    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private final BlockingQueue<Cause> ends = new LinkedBlockingQueue<>();

    private ServerBuilder server(String model, UnaryOperator<Options> options) {
        Model how = Model.named(model);
        Optional<String> whyNot = Server.whyNot(how);
        assumeTrue(whyNot.isEmpty(), () -> "needs a model that cannot run here: " + whyNot.orElse(""));
        return Server.at("tls://127.0.0.1:0").model(how).options(options).tls(Tls.selfSigned())
                .listener(new ServerListener() {
                    @Override
                    public void failed(ConnectionInfo connection, Throwable error) {
                        failures.add(error);
                    }

                    @Override
                    public void closed(ConnectionInfo connection, Cause cause) {
                        ends.add(cause);
                    }
                });
    }

    private static void echo(Connection connection) throws IOException {
        byte[] bytes = new byte[10_000];
        for (int count; (count = connection.read(bytes)) > 0;) {
            connection.write(bytes, 0, count);
        }
    }

    private static final class Echo implements Protocol {
        @Override
        public void received(Input in, Output out) throws IOException {
            out.write(in.take(in.available()));
        }
    }

    private static SSLSocket connect(Server server, String... protocols) throws Exception {
        return connect(server.port(), protocols);
    }

    static SSLSocket connect(int port, String... protocols) throws Exception {
        return connectAfter(new byte[0], port, protocols);
    }

    /// A client that sends these bytes before the handshake.
    static SSLSocket connectAfter(byte[] plain, int port, String... protocols) throws Exception {
        Socket below = new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
        below.setSoTimeout(20_000);
        below.getOutputStream().write(plain);
        return over(below, protocols.length == 0 ? new String[]{"TLSv1.3"} : protocols);
    }

    /// A client over a connected socket, which closing it closes.
    static SSLSocket over(Socket below, String... protocols) throws Exception {
        SSLSocket socket = (SSLSocket) trusting().getSocketFactory().createSocket(below, "localhost", below.getPort(),
                true);
        socket.setEnabledProtocols(protocols);
        return socket;
    }

    private static void exchange(SSLSocket socket, int bytes) throws Exception {
        byte[] sent = new byte[bytes];
        new Random(bytes).nextBytes(sent);
        Thread writer = Thread.startVirtualThread(() -> {
            try {
                socket.getOutputStream().write(sent);
                socket.getOutputStream().flush();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(socket.getInputStream().readNBytes(bytes)).isEqualTo(sent);
        writer.join();
    }

    @ParameterizedTest
    @TestedModels
    void aHandlerEchoes(String model) throws Exception {
        try (Server server = server(model, o -> o).handle(TlsServerTest::echo).start()) {
            for (String protocol : List.of("TLSv1.3", "TLSv1.2")) {
                try (SSLSocket socket = connect(server, protocol)) {
                    for (int bytes : new int[]{1, 100, 16_367, 16_384, 16_385, LARGE_BYTES}) {
                        exchange(socket, bytes);
                    }
                    if (protocol.equals("TLSv1.3")) {
                        socket.shutdownOutput();
                        assertThat(socket.getInputStream().read()).isEqualTo(-1);
                    }
                }
                assertThat(ends.poll(20, TimeUnit.SECONDS)).isEqualTo(new Cause.Done(true));
            }
        }
        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @TestedModels
    void aProtocolEchoes(String model) throws Exception {
        try (Server server = server(model, o -> o).protocol(Echo::new).start()) {
            try (SSLSocket socket = connect(server)) {
                for (int bytes : new int[]{1, 100, 16_384, 3, 50_000}) {
                    exchange(socket, bytes);
                }
                socket.shutdownOutput();
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(ends.poll(20, TimeUnit.SECONDS)).isEqualTo(new Cause.Done(true));
        }
        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @TestedModels
    void messagesAreAnswered(String model) throws Exception {
        try (Server server = server(model, o -> o)
                .messages(Framing.lines(), (line, client) -> client.writeLine(line.toUpperCase(java.util.Locale.ROOT)))
                .start(); SSLSocket socket = connect(server)) {
            socket.getOutputStream().write("one\ntwo\n".getBytes(US_ASCII));
            assertThat(socket.getInputStream().readNBytes(8)).asString().isEqualTo("ONE\nTWO\n");
            byte[] long1 = new byte[40_000];
            Arrays.fill(long1, (byte) 'x');
            long1[long1.length - 1] = '\n';
            socket.getOutputStream().write(long1);
            assertThat(socket.getInputStream().readNBytes(long1.length)).endsWith('X', '\n');
        }
    }

    @ParameterizedTest
    @TestedModels
    void whatWasNegotiatedIsKnown(String model) throws Exception {
        try (Server server = server(model, o -> o).handle(c -> c.writeLine(c.info().tls().orElseThrow().protocol()))
                .start(); SSLSocket socket = connect(server)) {
            assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII)).isEqualTo("TLSv1.3\n");
            assertThat(server.endpoints().getFirst().toString()).startsWith("tls://127.0.0.1:");
        }
    }

    @ParameterizedTest
    @TestedModels
    void aTruncationIsSaid(String model) throws Exception {
        try (Server server = server(model, o -> o).handle(TlsServerTest::echo).start()) {
            SSLContext context = trusting();
            try (Socket below = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(below, "localhost",
                        server.port(), false);
                exchange(socket, 100);
                below.shutdownOutput();
                assertThat(ends.poll(20, TimeUnit.SECONDS)).isInstanceOfSatisfying(Cause.PeerReset.class,
                        reset -> assertThat(reset.detail()).contains("close_notify"));
            }
        }
    }

    @ParameterizedTest
    @TestedModels
    void plainTextIsSaidOnce(String model) throws Exception {
        try (Server server = server(model, o -> o).handle(TlsServerTest::echo).start()) {
            try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                plain.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(US_ASCII));
                assertEnds(plain);
            }
            assertThat(failures.poll(20, TimeUnit.SECONDS)).hasMessageStartingWith("plain text arrived");
            assertThat(ends.poll(20, TimeUnit.SECONDS)).isInstanceOf(Cause.Failed.class);
            try (SSLSocket socket = connect(server)) {
                exchange(socket, 10);
            }
        }
        assertThat(failures).isEmpty();
    }

    private static void assertEnds(Socket socket) throws IOException {
        try {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    @ParameterizedTest
    @TestedModels(concurrent = true)
    void aStalledHandshakeEndsInTimeAndDelaysNoOther(String model) throws Exception {
        try (Server server = server(model, o -> o.withTimeouts(t -> t.withTlsHandshake(Duration.ofMillis(300)))
                .withLimits(l -> l.withTlsHandshakes(1))).handle(TlsServerTest::echo).start()) {
            try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), server.port());
                    Socket begun = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                begun.getOutputStream().write(new byte[]{22, 3, 1, 0, 100, 1});
                assertEnds(silent);
                assertEnds(begun);
            }
            assertThat(server.stats().reached()).containsEntry(Limit.TLS_HANDSHAKE, 2L);
            // A whole handshake may take longer than the stalled ones were given, on a busy machine in a new JVM.
            server.reconfigure(o -> o.withTimeouts(t -> t.withTlsHandshake(Duration.ofSeconds(30))));
            try (SSLSocket socket = connect(server)) {
                exchange(socket, 10);
            }
        }
        assertThat(failures).isEmpty();
    }

    /// One client for each message after which it can stop: none, the ClientHello …
    @ParameterizedTest
    @TestedModels(concurrent = true)
    void aClientThatStopsAfterAnyMessageIsEndedByTheDeadline(String model) throws Exception {
        List<Socket> stopped = new ArrayList<>();
        try (Server server = server(model, o -> o.withTimeouts(t -> t.withTlsHandshake(Duration.ofSeconds(1))))
                .handle(TlsServerTest::echo).start()) {
            for (int messages = 0; messages <= 3; messages++) {
                stopped.add(stopsAfter(messages, server.port(), "TLSv1.2"));
                if (messages < 3) {
                    stopped.add(stopsAfter(messages, server.port(), "TLSv1.3"));
                }
            }
            for (Socket socket : stopped) {
                assertEndsAtLast(socket);
            }
            assertThat(server.stats().reached()).containsEntry(Limit.TLS_HANDSHAKE, (long) stopped.size());
        } finally {
            for (Socket socket : stopped) {
                socket.close();
            }
        }
        assertThat(failures).isEmpty();
    }

    private static void assertEndsAtLast(Socket socket) throws IOException {
        try {
            while (socket.getInputStream().read() >= 0) {
                // What the server had sent before.
            }
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    /// A client that sends so many records of its handshake, each of which is one message.
    static Socket stopsAfter(int messages, int port, String protocol) throws Exception {
        Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
        socket.setSoTimeout(20_000);
        SSLEngine engine = trusting().createSSLEngine("localhost", port);
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(new String[]{protocol});
        engine.beginHandshake();
        ByteBuffer in = ByteBuffer.allocate(40_000).limit(0);
        ByteBuffer out = ByteBuffer.allocate(40_000);
        boolean more = true;
        for (int sent = 0; more && sent < messages;) {
            for (Runnable task; (task = engine.getDelegatedTask()) != null;) {
                task.run();
            }
            if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                engine.wrap(ByteBuffer.allocate(0), out.clear());
                socket.getOutputStream().write(out.array(), 0, out.position());
                sent++;
            } else if (engine.unwrap(in, ByteBuffer.allocate(0)).getStatus() == Status.BUFFER_UNDERFLOW) {
                in.compact();
                int count = socket.getInputStream().read(in.array(), in.position(), in.remaining());
                more = count >= 0; // else the deadline was sooner
                in.position(in.position() + Math.max(0, count)).flip();
            }
        }
        return socket;
    }

    static SSLContext trusting() throws Exception {
        return new ClientTlsContext(Optional.empty(), true, Optional.empty()).create(_ -> {
        });
    }

    @ParameterizedTest
    @TestedModels
    void aClientThatEndsInTheHandshakeIsNoFailure(String model) throws Exception {
        try (Server server = server(model, o -> o).handle(TlsServerTest::echo).start()) {
            for (byte[] sent : new byte[][]{{}, {22, 3, 1, 0, 100, 1}}) {
                try (Socket leaves = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                    leaves.getOutputStream().write(sent);
                    leaves.shutdownOutput();
                    assertEnds(leaves);
                }
                assertThat(ends.poll(20, TimeUnit.SECONDS)).isInstanceOfSatisfying(Cause.PeerReset.class,
                        reset -> assertThat(reset.detail()).contains("during the TLS handshake"));
            }
        }
        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @TestedModels
    void renegotiationIsRefused(String model) throws Exception {
        try (Server server = server(model, o -> o).handle(TlsServerTest::echo).start();
                SSLSocket socket = connect(server, "TLSv1.2")) {
            exchange(socket, 10);
            assertThatThrownBy(() -> {
                socket.startHandshake();
                exchange(socket, 10);
            }).isInstanceOf(IOException.class);
            assertThat(failures.poll(20, TimeUnit.SECONDS)).hasMessageContaining("renegotiation");
            assertThat(ends.poll(20, TimeUnit.SECONDS)).isInstanceOf(Cause.Failed.class);
        }
    }

    @ParameterizedTest
    @TestedModels(concurrent = true)
    void aDrainEndsAHandshake(String model) throws Exception {
        Server server = server(model, o -> o.withTimeouts(t -> t.withDrainQuiet(Duration.ofMillis(100))))
                .handle(TlsServerTest::echo).start();
        try (server; Socket silent = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            while (server.stats().accepted() == 0) {
                Thread.onSpinWait();
            }
            assertThat(server.drain(Duration.ofSeconds(30)).aborted()).isZero();
            assertEnds(silent);
            assertThat(ends.poll(20, TimeUnit.SECONDS)).isEqualTo(new Cause.Stopped());
        }
    }

    @ParameterizedTest
    @TestedModels(concurrent = true)
    void aCloseEndsAHandshake(String model) throws Exception {
        Server server = server(model, o -> o.withTimeouts(t -> t.withClose(Duration.ZERO)))
                .handle(TlsServerTest::echo).start();
        try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            while (server.stats().accepted() == 0) {
                Thread.onSpinWait();
            }
            server.close();
            assertEnds(silent);
        }
    }

    @ParameterizedTest
    @TestedModels
    void withoutAnIdentityItDoesNotBind(String model) {
        assertThatThrownBy(() -> Server.at("tls://127.0.0.1:0").model(Model.named(model)).handle(TlsServerTest::echo)
                .bind()).hasMessageContaining("give it tls(");
    }
}
