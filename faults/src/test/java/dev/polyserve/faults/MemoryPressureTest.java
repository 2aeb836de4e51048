package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;

/// Faults 7 and 16: peers that try to exhaust the memory.
@Timeout(60)
@Isolated("it measures the latency of a client")
class MemoryPressureTest {
    private static final int SMALL_HEAP_MEGABYTES = 48;
    private static final int ENDLESS_LINES = 2000;
    private static final int FRAME_BYTES = 64 << 10;
    private static final int NEVER_READING = 200;
    private static final int PUSHES = 10;
    private static final int EXCHANGES = 3;
    private static final long BOUNDED_LATENCY_MILLIS = 1000;
    private static final long ALL_EXCHANGES_MILLIS = 5000;

    /// Half of the clients stay just below the limit of a line, so that only the limit of all buffers protects the
    /// heap. The others exceed the limit of a line.
    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ALL_CONCURRENT)
    void endlessLinesDoNotFillTheHeap(Mode mode) throws Exception {
        Settings settings = Settings.of(mode).service(Services.Kind.UPPER).heapMegabytes(SMALL_HEAP_MEGABYTES)
                .with("threads", ENDLESS_LINES + 2);
        settings.test(server -> {
            try (Client other = Client.of(server); Flood flood = new Flood()) {
                for (int i = 0; i < Requirements.repetitions(ENDLESS_LINES); i++) {
                    flood.add(server, i % 2 == 0 ? FRAME_BYTES - 1 : FRAME_BYTES + 4096);
                    if (i % 100 == 0) {
                        requireServedSoon(other);
                    }
                }
            }
            assertThat(server.log()).as("log").noneMatch(line -> line.contains("OutOfMemoryError"));
            assertThat(server.count("FRAME") + server.count("BUFFER_TOTAL")).as("limits reached").isPositive();
        });
    }

    /// The heap is too small to hold the maximum buffers of all clients.
    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ALL_CONCURRENT)
    void clientsThatNeverReadStopOnlyTheirOwnInput(Mode mode) throws Exception {
        Settings settings = Settings.of(mode).heapMegabytes(SMALL_HEAP_MEGABYTES).with("threads", NEVER_READING + 8);
        settings.test(server -> {
            try (Client other = Client.of(server); Flood flood = new Flood()) {
                for (int i = 0; i < NEVER_READING; i++) {
                    flood.add(server, Integer.MAX_VALUE);
                    if (i % 10 == 0) {
                        requireServedSoon(other);
                    }
                }
                for (int i = 0; i < PUSHES; i++) {
                    flood.pushMore();
                    requireServedSoon(other);
                }
                requireServedSoon(server);
            }
            requireServedSoon(server);
            assertThat(server.log()).as("log").noneMatch(line -> line.contains("OutOfMemoryError"));
        });
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ALL)
    void endlessLinesAndInvalidTextEndOnlyTheirOwnConnection(Mode mode) throws Exception {
        Settings.of(mode).service(Services.Kind.UPPER).test(server -> {
            try (Client flooding = Client.of(server)) {
                sendsUntilRefused(flooding);
                flooding.seesTheEnd();
            }
            Eventually.holds(() -> assertThat(server.count("FRAME")).isEqualTo(1));
            assertThat(server.count("failed")).isZero();
            try (Client binary = Client.of(server)) {
                binary.send(new byte[]{(byte) 0xff, (byte) 0xc0, (byte) 0x80, '\n'});
                binary.seesTheEnd();
            }
            Eventually.holds(() -> assertThat(server.count("failed")).isEqualTo(1));
            requireServedSoon(server);
        });
    }

    private static void sendsUntilRefused(Client client) throws IOException {
        byte[] block = new byte[8192];
        Arrays.fill(block, (byte) 'x');
        try {
            for (int sent = 0; sent < 16 * FRAME_BYTES; sent += block.length) {
                client.send(block);
            }
        } catch (SocketException e) {
            assertThat(e).hasMessageMatching(".*(reset|Broken pipe).*");
        }
    }

    private static void requireServedSoon(ServerProcess server) throws IOException {
        try (Client client = Client.of(server)) {
            requireServedSoon(client);
        }
    }

    /// Requires that one of three exchanges in a row is quick, because others may keep the machine busy for a moment. A
    /// server that is blocked for a while delays only the first one, so the sum is limited, too.
    private static void requireServedSoon(Client client) throws IOException {
        long bestMillis = Long.MAX_VALUE;
        long sumMillis = 0;
        for (int i = 0; i < EXCHANGES && bestMillis >= BOUNDED_LATENCY_MILLIS; i++) {
            long began = System.nanoTime();
            client.converses();
            long millis = Duration.ofNanos(System.nanoTime() - began).toMillis();
            bestMillis = Math.min(bestMillis, millis);
            sumMillis += millis;
        }
        assertThat(bestMillis).as("milliseconds for the quickest exchange").isLessThan(BOUNDED_LATENCY_MILLIS);
        assertThat(sumMillis).as("milliseconds for all exchanges").isLessThan(ALL_EXCHANGES_MILLIS);
    }

    /// Clients that send as much as the server accepts and read nothing.
    private static final class Flood implements AutoCloseable {
        private final ByteBuffer block = StandardCharsets.US_ASCII.encode("x".repeat(FRAME_BYTES));
        private final List<SocketChannel> channels = new ArrayList<>();

        void add(ServerProcess server, int mostBytes) throws IOException {
            SocketChannel channel = SocketChannel.open();
            channels.add(channel);
            channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
            channel.connect(server.address());
            channel.configureBlocking(false);
            push(channel, mostBytes);
        }

        /// Sends more after the server has read.
        void pushMore() throws IOException {
            for (SocketChannel channel : channels) {
                push(channel, Integer.MAX_VALUE);
            }
        }

        private void push(SocketChannel channel, int mostBytes) throws IOException {
            try {
                for (long sent = 0; sent < mostBytes;) {
                    int count = channel.write(block.rewind().limit((int) Math.min(FRAME_BYTES, mostBytes - sent)));
                    if (count == 0) {
                        return;
                    }
                    sent += count;
                }
            } catch (IOException e) {
                assertThat(e).as("an end by the server").hasMessageMatching(".*(reset|Broken pipe).*");
            }
        }

        /// Resets the connections. After an orderly end, the service would copy each unterminated line several times at
        /// once, and these copies are not the server's.
        @Override
        public void close() throws IOException {
            for (SocketChannel channel : channels) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
                channel.close();
            }
        }
    }
}
