package dev.polyserve.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Tls;
import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.conversation.LimitException;
import dev.polyserve.io.ScriptedSocket;
import dev.polyserve.io.StartTlsSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.jspecify.annotations.Nullable;

/// TLS over a socket that does not wait: what it reads and sends at once, and what it holds in between.
class TlsSocketTest {
    private static final byte[] HELLO = "hello".getBytes(US_ASCII);
    private static final int MANY_BYTES = 300_000;
    private static @Nullable TlsEngines engines;

    private final BufferBudget budget = new BufferBudget(1 << 30);
    private final Below below = new Below();

    @BeforeAll
    static void makeCertificate() throws Exception {
        engines = TlsEngines.of(Tls.selfSigned(), List.of("localhost"), _ -> {});
    }

    /// A socket that returns what a test gives it, and takes as much as the test allows.
    private static final class Below extends ScriptedSocket {
        private final Deque<ByteBuffer> arrived = new ArrayDeque<>();
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private int takes = Integer.MAX_VALUE;
        private int reads;

        void arrives(byte[] bytes) {
            if (bytes.length > 0) {
                arrived.add(ByteBuffer.wrap(bytes));
            }
        }

        byte[] taken() {
            byte[] bytes = taken.toByteArray();
            taken.reset();
            return bytes;
        }

        @Override
        public int read(ByteBuffer into) {
            reads++;
            ByteBuffer next = arrived.peek();
            if (next == null) {
                return 0;
            }
            int count = Math.min(next.remaining(), into.remaining());
            into.put(next.slice(next.position(), count));
            next.position(next.position() + count);
            if (!next.hasRemaining()) {
                arrived.remove();
            }
            return count;
        }

        @Override
        public int write(ByteBuffer bytes) {
            int count = Math.min(takes, bytes.remaining());
            for (int i = 0; i < count; i++) {
                taken.write(bytes.get());
            }
            return count;
        }
    }

    private TlsSocket socket(BufferBudget counts) throws IOException {
        TlsEngines made = Objects.requireNonNull(engines);
        TlsSocket socket = new TlsSocket(below, below, made::engine, new TlsRecordBuffers(counts));
        socket.blocking(false);
        return socket;
    }

    /// Completes the handshake.
    private ClientEngine handshake(TlsSocket socket) throws Exception {
        ClientEngine client = ClientEngine.of("TLSv1.3");
        StartTlsSocket.Need need = StartTlsSocket.Need.READ;
        while (need != StartTlsSocket.Need.DONE) {
            below.arrives(client.output());
            need = socket.handshake();
            if (need == StartTlsSocket.Need.TASK) {
                socket.runTasks();
            }
            client.read(below.taken());
        }
        return client;
    }

    private static String read(TlsSocket socket) throws IOException {
        ByteBuffer room = ByteBuffer.allocate(1000);
        int count = socket.read(room);
        return count < 0 ? "the end" : new String(room.array(), 0, count, US_ASCII);
    }

    @Test
    void whileItWaitsItHoldsNoBuffer() throws Exception {
        TlsSocket socket = socket(budget);
        assertThat(socket.handshake()).isEqualTo(StartTlsSocket.Need.READ);
        assertThat(budget.used()).as("in the handshake").isZero();
        ClientEngine client = handshake(socket);
        assertThat(read(socket)).isEmpty();
        assertThat(budget.used()).as("after the handshake").isZero();
        below.arrives(client.records(HELLO));
        assertThat(read(socket)).isEqualTo("hello");
        assertThat(read(socket)).isEmpty();
        assertThat(budget.used()).as("after a request").isZero();
    }

    @Test
    void aReadThatIsNotFullIsTheLast() throws Exception {
        TlsSocket socket = socket(budget);
        ClientEngine client = handshake(socket);
        below.arrives(client.records(HELLO));
        below.reads = 0;
        assertThat(read(socket)).isEqualTo("hello");
        assertThat(below.reads).isOne();
        assertThat(socket.buffered()).isFalse();
    }

    @Test
    void recordsThatCameWithTheLastReadAreReturned() throws Exception {
        TlsSocket socket = socket(budget);
        ClientEngine client = handshake(socket);
        byte[] text = new byte[MANY_BYTES];
        Arrays.fill(text, (byte) 'x');
        byte[] records = client.records(text);
        below.arrives(records);
        ByteBuffer room = ByteBuffer.allocate(MANY_BYTES);
        below.reads = 0;
        assertThat(socket.read(room)).isBetween(1, MANY_BYTES - 1);
        assertThat(below.reads).as("reads in a turn").isEqualTo(4);
        assertThat(socket.buffered()).as("a whole record is left behind").isFalse();
        while (socket.read(room) > 0) {
            // The rest.
        }
        assertThat(room.array()).isEqualTo(text);
        assertThat(budget.used()).isZero();
    }

    @Test
    void aPartOfARecordIsCounted() throws Exception {
        TlsSocket socket = socket(budget);
        ClientEngine client = handshake(socket);
        byte[] records = client.records(HELLO);
        below.arrives(Arrays.copyOf(records, 10));
        assertThat(read(socket)).isEmpty();
        assertThat(budget.used()).isEqualTo(10);
        below.arrives(Arrays.copyOfRange(records, 10, records.length));
        assertThat(read(socket)).isEqualTo("hello");
        assertThat(budget.used()).isZero();
        byte[] large = client.records(new byte[10_000]);
        below.arrives(Arrays.copyOf(large, large.length - 1));
        assertThat(read(socket)).isEmpty();
        assertThat(budget.used()).isEqualTo(TlsRecordBuffers.BYTES);
    }

    @Test
    void plainTextThatDidNotFitIsCounted() throws Exception {
        TlsSocket socket = socket(budget);
        ClientEngine client = handshake(socket);
        below.arrives(client.records(HELLO));
        ByteBuffer one = ByteBuffer.allocate(1);
        assertThat(socket.read(one)).isOne();
        assertThat(budget.used()).isEqualTo(TlsRecordBuffers.BYTES);
        assertThat(read(socket)).isEqualTo("ello");
        assertThat(budget.used()).isZero();
    }

    @Test
    void recordsThatAreNotSentAreCounted() throws Exception {
        TlsSocket socket = socket(budget);
        ClientEngine client = handshake(socket);
        below.takes = 0;
        ByteBuffer bytes = ByteBuffer.wrap(HELLO);
        assertThat(socket.write(bytes)).isZero();
        assertThat(budget.used()).isEqualTo(TlsRecordBuffers.BYTES);
        below.takes = Integer.MAX_VALUE;
        assertThat(socket.write(bytes)).isEqualTo(HELLO.length);
        assertThat(budget.used()).isZero();
        client.read(below.taken());
        assertThat(client.plain()).isEqualTo(HELLO);
    }

    @Test
    void anEndThatIsNotSentIsCounted() throws Exception {
        TlsSocket socket = socket(budget);
        ClientEngine client = handshake(socket);
        below.takes = 0;
        assertThat(socket.endOutput(false)).isFalse();
        assertThat(budget.used()).isEqualTo(TlsRecordBuffers.BYTES);
        below.takes = Integer.MAX_VALUE;
        assertThat(socket.endOutput(false)).isTrue();
        assertThat(budget.used()).isZero();
        client.read(below.taken());
        assertThat(client.closed()).isTrue();
    }

    @Test
    void aCloseGivesBackWhatWasCounted() throws Exception {
        TlsSocket socket = socket(budget);
        ClientEngine client = handshake(socket);
        below.arrives(Arrays.copyOf(client.records(HELLO), 10));
        below.takes = 0;
        assertThat(read(socket)).isEmpty();
        assertThat(socket.write(ByteBuffer.wrap(HELLO))).isZero();
        assertThat(budget.used()).isPositive();
        socket.close(true);
        assertThat(budget.used()).isZero();
        assertThat(below.calls).containsExactly("discard and close");
    }

    @Test
    void theLimitOfAllBuffersHolds() throws Exception {
        TlsSocket socket = socket(new BufferBudget(9));
        ClientEngine client = handshake(socket);
        below.arrives(Arrays.copyOf(client.records(HELLO), 10));
        assertThatThrownBy(() -> read(socket)).isInstanceOf(LimitException.class);
        below.takes = 0;
        assertThatThrownBy(() -> socket.write(ByteBuffer.wrap(HELLO))).isInstanceOf(LimitException.class);
    }
}
