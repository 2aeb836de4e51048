package dev.polyserve.comparison.part;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.Tls;
import dev.polyserve.bench.service.EchoHandler;
import dev.polyserve.bench.service.EchoProtocol;
import dev.polyserve.tls.ClientTlsContext;
import dev.polyserve.tls.TlsEngines;
import dev.polyserve.tls.TlsFileException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A request over TLS to a server that waits in epoll allocates on the loop's thread what the JDK's engine allocates to read and
/// to make one record, and nothing else.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
class TlsRequestTest {
    private static final int CLIENTS = 10;
    private static final int REQUESTS_EACH = 200;
    private static final int REQUEST_BYTES = 64;
    private static final int ROOM_BYTES = 40_000;
    private static final long COMPILED_NANOS = TimeUnit.SECONDS.toNanos(40);
    /// The compiler removes more or fewer of the engine's objects, depending on what it inlines.
    private static final double TOLERANCE_BYTES = 64;

    private final LoopExchange exchange = new LoopExchange(REQUESTS_EACH, REQUEST_BYTES);
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /// Two engines, and the records on their way between them.
    private static final class Pair {
        private final SSLEngine client;
        private final SSLEngine server;
        private final ByteBuffer toServer = ByteBuffer.allocate(ROOM_BYTES);
        private final ByteBuffer toClient = ByteBuffer.allocate(ROOM_BYTES);
        private final ByteBuffer text = ByteBuffer.allocate(ROOM_BYTES);

        Pair(SSLEngine client, SSLEngine server) throws SSLException {
            this.client = client;
            this.server = server;
            client.setUseClientMode(true);
            client.beginHandshake();
            server.beginHandshake();
            for (int i = 0; i < 50; i++) {
                step(client, toClient, toServer);
                step(server, toServer, toClient);
            }
        }

        private void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_WRAP -> engine.wrap(ByteBuffer.allocate(0), out);
                default -> {
                    if (in.position() > 0) {
                        engine.unwrap(in.flip(), text.clear());
                        in.compact();
                    }
                }
            }
        }

        /// The server takes a record and makes another one.
        void echo() throws SSLException {
            server.unwrap(toServer.flip(), text.clear());
            server.wrap(text.flip(), toClient.clear());
        }

        void request() throws SSLException {
            client.wrap(text.clear().limit(REQUEST_BYTES), toServer.clear());
        }

        void reply() throws SSLException {
            client.unwrap(toClient.flip(), text.clear());
            assertThat(text.position()).isEqualTo(REQUEST_BYTES);
        }
    }

    private static SSLContext trusting() throws TlsFileException {
        return new ClientTlsContext(Optional.empty(), true, Optional.empty()).create(_ -> {
        });
    }

    /// The least that the engine allocates for a request, once it is compiled.
    private double bytesOfTheEngine() throws Exception {
        SSLEngine server = TlsEngines.of(Tls.selfSigned(), List.of(), _ -> {
        }).engine();
        Pair pair = new Pair(trusting().createSSLEngine(), server);
        double least = Double.MAX_VALUE;
        for (int round = 0; round < 60; round++) {
            long sum = 0;
            for (int i = 0; i < CLIENTS * REQUESTS_EACH; i++) {
                pair.request();
                long before = threads.getCurrentThreadAllocatedBytes();
                pair.echo();
                sum += threads.getCurrentThreadAllocatedBytes() - before;
                pair.reply();
            }
            least = Math.min(least, (double) sum / (CLIENTS * REQUESTS_EACH));
        }
        return least;
    }

    @ParameterizedTest
    @ValueSource(strings = {"protocol", "handler"})
    void aRequestAllocatesWhatTheEngineDoes(String style) throws Exception {
        double engine = bytesOfTheEngine();
        List<Socket> clients = new ArrayList<>();
        try (Server server = serving(style).start()) {
            SSLContext context = trusting();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(connected((InetSocketAddress) server.address(), context));
            }
            long loop = LoopExchange.loopThread();
            long deadline = System.nanoTime() + COMPILED_NANOS;
            double least = Double.MAX_VALUE;
            do {
                long before = threads.getThreadAllocatedBytes(loop);
                exchange.with(clients);
                long allocated = threads.getThreadAllocatedBytes(loop) - before;
                least = Math.min(least, (double) allocated / (CLIENTS * REQUESTS_EACH));
            } while (least > engine + TOLERANCE_BYTES && System.nanoTime() - deadline < 0);
            assertThat(least).as("bytes that a request allocates, where the engine allocates %.0f", engine)
                    .isBetween(engine / 2, engine + TOLERANCE_BYTES);
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    /// A server whose loop is never handed off: the test looks at one thread.
    private static ServerBuilder serving(String style) {
        ServerBuilder server = Server.at("tls://127.0.0.1:0").tls(Tls.selfSigned()).model(Model.epoll())
                .options(options -> options.withTimeouts(timeouts -> timeouts.withHandOff(Duration.ofMinutes(5))));
        return style.equals("protocol") ? server.protocol(EchoProtocol::new) : server.handle(new EchoHandler());
    }

    private static Socket connected(InetSocketAddress address, SSLContext context) throws IOException {
        Socket client = context.getSocketFactory().createSocket(address.getAddress(), address.getPort());
        client.setTcpNoDelay(true);
        return client;
    }
}
