package dev.polyserve.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Options;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.InputBuffer;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.conversation.Wire;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The end of the output and the cut of the input, in each order: the second never happens while bytes are in transit,
/// because the system would reset the connection at the peer's next byte.
@Timeout(20)
class BlockingWireTest {
    private static final int ON_THE_WAY = 5;
    private static final int ROOM_BYTES = 1024;

    private final ServerContext context = new ServerContext(Options.defaults(), new ServerListener() {},
            NanoClock.SYSTEM, _ -> {
            });
    private final InputBuffer in = new InputBuffer(BufferPool.UNPOOLED, ROOM_BYTES, ROOM_BYTES);
    private final CompletableFuture<Integer> unacknowledgedAtTheCut = new CompletableFuture<>();
    private final Socket socket = new Socket();
    private final BlockingWire wire = new BlockingWire(socket, context);

    private final class Socket extends ScriptedSocket {
        private Runnable whenEnding = () -> {
        };
        private Runnable whenRead = () -> {
        };
        private Runnable whenAsked = () -> {
        };
        private int reads;
        private boolean ahead;

        @Override
        public boolean buffered() {
            return ahead;
        }

        @Override
        public int read(ByteBuffer into) {
            reads++;
            whenRead.run();
            into.put((byte) 'x');
            return 1;
        }

        @Override
        public int unacknowledged() {
            whenAsked.run();
            return super.unacknowledged();
        }

        @Override
        public boolean endOutput(boolean closes) {
            whenEnding.run();
            return super.endOutput(closes);
        }

        @Override
        public void cutInput() {
            super.cutInput();
            unacknowledgedAtTheCut.complete(unacknowledged);
        }
    }

    @Test
    void isNotSilentWithBytesThatALayerHasReadAhead() throws Exception {
        assertThat(wire.isSilent()).isTrue();
        assertThat(socket.reads).isZero();
        socket.ahead = true;
        assertThat(wire.isSilent()).isFalse();
    }

    @Test
    void anEndBehindACutWaitsForTheBytes() throws Exception {
        socket.unacknowledged = ON_THE_WAY;
        wire.cutInput();
        wire.endOutput(true);
        assertThat(socket.calls).containsExactly("cutInput", "awaitAcknowledged", "endOutput");
    }

    @Test
    void aCutThatComesWhenTheEndIsDecidedIsBeforeTheEnd() throws Exception {
        socket.unacknowledged = ON_THE_WAY;
        socket.whenAsked = wire::cutInput;
        wire.write(ByteBuffer.allocate(StreamSocket.FIRST_FLIGHT_BYTES + 1), true);
        wire.endOutput(true);
        assertThat(socket.calls).containsExactly("cutInput", "awaitAcknowledged", "endOutput");
    }

    @Test
    void aCutThatComesWhileTheSystemEndsTheOutputWaitsForTheBytes() throws Exception {
        socket.unacknowledged = ON_THE_WAY;
        socket.whenEnding = wire::cutInput;
        wire.endOutput(false);
        assertThat(unacknowledgedAtTheCut).isNotDone();
        socket.unacknowledged = 0;
        assertThat(unacknowledgedAtTheCut.get(10, TimeUnit.SECONDS)).isZero();
        assertThat(socket.calls).containsExactly("endOutput", "cutInput");
    }

    @Test
    void aCutBehindTheEndWaitsForTheBytes() throws Exception {
        socket.unacknowledged = ON_THE_WAY;
        wire.endOutput(false);
        wire.cutInput();
        wire.cutInput();
        assertThat(unacknowledgedAtTheCut).isNotDone();
        socket.unacknowledged = 0;
        assertThat(unacknowledgedAtTheCut.get(10, TimeUnit.SECONDS)).isZero();
        assertThat(socket.calls).containsExactly("endOutput", "cutInput");
    }

    @Test
    void aWireThatThrowsAwayItsInputNeedsNoCut() throws Exception {
        socket.unacknowledged = ON_THE_WAY;
        wire.endOutput(false);
        assertThat(wire.discard(0)).isOne();
        socket.unacknowledged = 0;
        wire.cutInput();
        assertThat(socket.calls).containsExactly("endOutput");
    }

    @Test
    void whatComesAfterACutIsNotRead() throws Exception {
        assertThat(wire.read(in, ServerContext.FOREVER_NANOS)).isOne();
        wire.cutInput();
        assertThat(wire.read(in, ServerContext.FOREVER_NANOS)).isEqualTo(Wire.END);
        assertThat(in.available()).isOne();
        assertThat(socket.reads).isOne();
    }

    @Test
    void whatIsReadWhileTheInputIsCutIsNotShown() throws Exception {
        socket.unacknowledged = ON_THE_WAY;
        wire.endOutput(false);
        socket.whenRead = wire::cutInput;
        assertThat(wire.read(in, ServerContext.FOREVER_NANOS)).isEqualTo(Wire.END);
        assertThat(in.available()).isZero();
    }

    @Test
    void aLongAnswerIsWaitedForWhereTheSystemDoesNotTell() throws Exception {
        socket.unacknowledged = Wire.UNKNOWN;
        wire.write(ByteBuffer.allocate(StreamSocket.FIRST_FLIGHT_BYTES), true);
        wire.write(ByteBuffer.allocate(1), true);
        wire.endOutput(true);
        assertThat(socket.calls).containsExactly("awaitAcknowledged", "endOutput");
    }

    @Test
    void aShortAnswerIsNotWaitedFor() throws Exception {
        socket.unacknowledged = Wire.UNKNOWN;
        wire.write(ByteBuffer.allocate(StreamSocket.FIRST_FLIGHT_BYTES), true);
        wire.endOutput(true);
        assertThat(socket.calls).containsExactly("endOutput");
    }
}
