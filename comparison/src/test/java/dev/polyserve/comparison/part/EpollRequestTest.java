package dev.polyserve.comparison.part;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.polyserve.Codec;
import dev.polyserve.Input;
import dev.polyserve.Model;
import dev.polyserve.Output;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.bench.service.EchoHandler;
import dev.polyserve.bench.service.EchoProtocol;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A request to a server that waits in epoll allocates nothing on the loop's thread, including its system calls.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
class EpollRequestTest {
    /// Several connections are ready at once, as under load.
    private static final int CLIENTS = 20;
    private static final int REQUESTS_EACH = 250;
    private static final int REQUEST_BYTES = 64;
    private static final long COMPILED_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final LoopExchange exchange = new LoopExchange(REQUESTS_EACH, REQUEST_BYTES);
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /// Before escape analysis applies, compiled-away objects are allocated, so the test repeats until nothing is
    /// allocated, or a limit is reached. The smallest object has 16 bytes.
    @ParameterizedTest
    @ValueSource(strings = {"protocol", "handler", "messages", "messages in flight"})
    void aRequestAllocatesNothing(String style) throws IOException {
        List<Socket> clients = new ArrayList<>();
        try (Server server = serving(style).start()) {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(connected((InetSocketAddress) server.address()));
            }
            long loop = LoopExchange.loopThread();
            long deadline = System.nanoTime() + COMPILED_NANOS;
            double bytesPerRequest;
            do {
                long before = threads.getThreadAllocatedBytes(loop);
                exchange.with(clients);
                long allocated = threads.getThreadAllocatedBytes(loop) - before;
                bytesPerRequest = (double) allocated / (CLIENTS * REQUESTS_EACH);
            } while (bytesPerRequest >= 1 && System.nanoTime() - deadline < 0);
            assertThat(bytesPerRequest).as("bytes that a request allocates").isLessThan(1);
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    /// A server whose loop may be handed off, so that handlers cross its border, and is not: the test looks at one thread.
    private static ServerBuilder serving(String style) {
        ServerBuilder server = Server.at("tcp://127.0.0.1:0").model(Model.epoll())
                .options(options -> options.withTimeouts(timeouts -> timeouts.withHandOff(Duration.ofMinutes(5))));
        return switch (style) {
            case "protocol" -> server.protocol(EchoProtocol::new);
            case "messages" -> server.messages(new Request(), (reply, client) -> client.write(reply));
            case "messages in flight" ->
                server.messages(new Request(), (reply, client) -> client.write(reply)).inFlight(4);
            default -> server.handle(new EchoHandler());
        };
    }

    /// Messages of the bytes of a request; a codec that returns the bytes themselves would have to allocate them.
    private static final class Request implements Codec<byte[]> {
        private final byte[] reply = new byte[REQUEST_BYTES];

        @Override
        public byte @Nullable [] decode(Input input) {
            if (input.available() < REQUEST_BYTES) {
                return null;
            }
            input.skip(REQUEST_BYTES);
            return reply;
        }

        @Override
        public void encode(byte[] message, Output output) throws IOException {
            output.write(message);
        }
    }

    private static Socket connected(InetSocketAddress address) throws IOException {
        Socket client = new Socket(address.getAddress(), address.getPort());
        client.setTcpNoDelay(true);
        return client;
    }
}
