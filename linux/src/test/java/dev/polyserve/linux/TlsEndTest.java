package dev.polyserve.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Input;
import dev.polyserve.Model;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.ServerListener;
import dev.polyserve.Tls;
import dev.polyserve.tls.ClientTlsContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;

/// The end of a connection with TLS that arrives in one segment with the request before it, in each model that serves in its
/// own process.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class TlsEndTest {
    private static final int ROOM_BYTES = 40_000;

    private final BlockingQueue<Cause> ends = new LinkedBlockingQueue<>();

    private ServerBuilder server(String model) {
        Model how = Model.named(model);
        Optional<String> whyNot = Server.whyNot(how);
        assumeTrue(whyNot.isEmpty(), () -> "needs a model that cannot run here: " + whyNot.orElse(""));
        return Server.at("tls://127.0.0.1:0").model(how).tls(Tls.selfSigned()).listener(new ServerListener() {
            @Override
            public void closed(ConnectionInfo connection, Cause cause) {
                ends.add(cause);
            }
        });
    }

    private static void answerLines(Connection client) throws IOException {
        for (String line; (line = client.readLine()) != null;) {
            client.writeLine("answer to " + line);
        }
    }

    private static final class Echo implements Protocol {
        @Override
        public void received(Input in, Output out) throws IOException {
            out.write(in.take(in.available()));
        }
    }

    @ParameterizedTest
    @TestedModels
    void aHandlerAnswersTheRequestBeforeTheEnd(String model) throws Exception {
        for (String protocol : new String[]{"TLSv1.2", "TLSv1.3"}) {
            try (Server server = server(model).handle(TlsEndTest::answerLines).start()) {
                assertThat(Exchange.of(server.port(), protocol, "a\n")).isEqualTo(new Exchange("answer to a\n", true));
                assertThat(ends.poll(20, TimeUnit.SECONDS)).isEqualTo(new Cause.Done(true));
            }
        }
    }

    @ParameterizedTest
    @TestedModels
    void aProtocolAnswersTheRequestBeforeTheEnd(String model) throws Exception {
        try (Server server = server(model).protocol(Echo::new).start()) {
            assertThat(Exchange.of(server.port(), "TLSv1.2", "request")).isEqualTo(new Exchange("request", true));
            assertThat(ends.poll(20, TimeUnit.SECONDS)).isEqualTo(new Cause.Done(true));
        }
    }

    /// What a handler writes after the end cannot be sent with TLS 1.2, but close_notify is.
    @ParameterizedTest
    @TestedModels
    void closeNotifyIsAnsweredThoughTheHandlerWritesTooLate(String model) throws Exception {
        try (Server server = server(model).handle(client -> {
            client.inputStream().readAllBytes();
            client.writeLine("too late");
        }).start()) {
            assertThat(Exchange.of(server.port(), "TLSv1.2", "request")).isEqualTo(new Exchange("", true));
            assertThat(ends.poll(20, TimeUnit.SECONDS)).isInstanceOfSatisfying(Cause.PeerReset.class,
                    cause -> assertThat(cause.detail()).contains("as TLS 1.2 does"));
        }
    }

    /// What a client gets that sends a request and its close_notify in one segment.
    ///
    /// @param answer the plain text, up to the end
    /// @param closed whether close_notify has followed
    private record Exchange(String answer, boolean closed) {
        static Exchange of(int port, String protocol, String request) throws Exception {
            try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
                socket.setSoTimeout(20_000);
                SSLEngine engine = new ClientTlsContext(Optional.empty(), true, Optional.empty()).create(_ -> {
                }).createSSLEngine("localhost", port);
                engine.setUseClientMode(true);
                engine.setEnabledProtocols(new String[]{protocol});
                var client = new Client(socket, engine);
                client.handshake();
                return client.exchange(request);
            }
        }
    }

    private static final class Client {
        private final Socket socket;
        private final SSLEngine engine;
        private final ByteBuffer in = ByteBuffer.allocate(ROOM_BYTES).limit(0);
        private final ByteBuffer plain = ByteBuffer.allocate(ROOM_BYTES);

        Client(Socket socket, SSLEngine engine) {
            this.socket = socket;
            this.engine = engine;
        }

        void handshake() throws IOException {
            engine.beginHandshake();
            while (engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
                for (Runnable task; (task = engine.getDelegatedTask()) != null;) {
                    task.run();
                }
                if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                    socket.getOutputStream().write(wrap(ByteBuffer.allocate(0)));
                } else if (engine.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP) {
                    unwrapOne();
                }
            }
        }

        /// Takes one record, for which it waits.
        private SSLEngineResult unwrapOne() throws IOException {
            SSLEngineResult result = engine.unwrap(in, plain);
            while (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW && fill()) {
                result = engine.unwrap(in, plain);
            }
            return result;
        }

        private boolean fill() throws IOException {
            in.compact();
            int count = socket.getInputStream().read(in.array(), in.position(), in.remaining());
            in.position(in.position() + Math.max(0, count)).flip();
            return count >= 0;
        }

        private byte[] wrap(ByteBuffer text) throws IOException {
            ByteBuffer out = ByteBuffer.allocate(ROOM_BYTES);
            engine.wrap(text, out);
            return Arrays.copyOf(out.array(), out.position());
        }

        /// Reads to the end of the connection.
        Exchange exchange(String request) throws IOException {
            var segment = new ByteArrayOutputStream();
            segment.writeBytes(wrap(ByteBuffer.wrap(request.getBytes(US_ASCII))));
            engine.closeOutbound();
            segment.writeBytes(wrap(ByteBuffer.allocate(0)));
            socket.getOutputStream().write(segment.toByteArray());
            boolean closed = false;
            SSLEngineResult result;
            do {
                result = unwrapOne();
                closed |= result.getStatus() == SSLEngineResult.Status.CLOSED;
            } while (!closed && result.bytesConsumed() > 0);
            return new Exchange(new String(plain.array(), 0, plain.position(), US_ASCII), closed);
        }
    }
}
