package dev.polyserve.linux.ring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.io.Listener;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/// Connections with one side watched by a small ring.
abstract class RingConnections {
    static final int SMALL_RING = 4;
    static final int MUCH = 3 << 20;
    static final int READ = Multiplexer.READ;
    static final int WRITE = Multiplexer.WRITE;
    static final long A_WHILE = 1_000_000;

    /// The default budget of a heap of 64 MiB.
    final BufferBudget budget = new BufferBudget(16 << 20);
    final List<Pair> pairs = new ArrayList<>();
    RingMultiplexer multiplexer;
    Listener listener;

    @BeforeAll
    static void needsRings() {
        Requirements.ring();
    }

    @BeforeEach
    void open() throws IOException {
        multiplexer = RingMultiplexer.open(budget, SMALL_RING, false);
        listener = new RingSocketProvider().listen(Endpoint.parse("tcp://127.0.0.1:0"), Options.defaults().sockets());
    }

    @AfterEach
    void close() throws IOException {
        for (Pair pair : pairs) {
            pair.client.close();
            pair.socket.close(false);
        }
        listener.close();
        multiplexer.close();
        assertThat(budget.used()).as("bytes that count though all is closed").isZero();
    }

    /// A connection with its server side watched.
    final class Pair {
        final SocketChannel client;
        final StreamSocket socket;
        final Multiplexer.Watch watch;
        int told;

        Pair(int interest) throws IOException {
            client = SocketChannel.open();
            client.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
            client.connect(listener.address());
            socket = Objects.requireNonNull(listener.accept());
            socket.control().blocking(false);
            watch = multiplexer.watch(socket.source(), interest, readiness -> told |= readiness);
            pairs.add(this);
        }

        int takeTold() {
            int before = told;
            told = 0;
            return before;
        }
    }

    void turnUntil(BooleanSupplier done) throws IOException {
        long began = System.nanoTime();
        while (!done.getAsBoolean()) {
            assertThat(System.nanoTime() - began).as("waited too long").isLessThan(30_000_000_000L);
            multiplexer.await(A_WHILE);
        }
    }

    static byte at(int position) {
        return (byte) (position * 31 + (position >> 8) * 7);
    }

    static ByteBuffer pattern(int from, int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        for (int i = 0; i < count; i++) {
            bytes.put(at(from + i));
        }
        return bytes.flip();
    }

    static int verify(ByteBuffer bytes, int position) {
        int next = position;
        while (bytes.hasRemaining()) {
            if (bytes.get() != at(next)) {
                throw new AssertionError("another byte at " + next);
            }
            next++;
        }
        return next;
    }

    static boolean isSent(Pair pair) {
        try {
            return pair.socket.endOutput(true);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static int descriptors() {
        String[] open = Path.of("/proc/self/fd").toFile().list();
        return Objects.requireNonNull(open).length;
    }
}
