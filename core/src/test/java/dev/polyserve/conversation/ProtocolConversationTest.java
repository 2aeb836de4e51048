package dev.polyserve.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Cause;
import dev.polyserve.Framing;
import dev.polyserve.Limit;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An event-style protocol without a socket, pumped by a thread and driven by hand: the protocol sees the same,
/// whatever pieces the bytes are received and sent in.
class ProtocolConversationTest {
    private static final Protocol UPPER = Protocol.framed(Framing.lines(), (line, output) -> output
            .write(ConversationFixture.bytes(line.toUpperCase(Locale.ROOT) + "\n")));

    private final ConversationFixture fixture = new ConversationFixture();

    private LoopProtocolConversation driven(Protocol protocol) {
        return new LoopProtocolConversation(fixture.context, ConversationFixture.identity(), () -> protocol,
                new CrossThreadSendQueueTest.IdleDriver());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void linesAreTheSameInWhateverPiecesAPumpReadsThem(int seed) {
        String lines = ConversationFixture.lines();
        ScriptedWire wire = new ScriptedWire(ConversationFixture.bytes(lines), ConversationFixture.pieces(seed));
        BlockingProtocolConversation pumped = new BlockingProtocolConversation(fixture.context,
                ConversationFixture.identity(), () -> UPPER, wire);
        pumped.run();
        assertThat(wire.sent.toByteArray()).isEqualTo(ConversationFixture.bytes(lines.toUpperCase(Locale.ROOT)));
        assertThat(pumped.outcome()).contains(new Cause.Done(true));
        assertThat(wire.calls).endsWith("awaitAcknowledged", "endOutput", "close");
        assertThat(fixture.failures).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void linesAreTheSameInWhateverPiecesALoopMovesThem(int seed) throws Exception {
        String lines = ConversationFixture.lines();
        LoopProtocolConversation driven = driven(UPPER);
        driven.open();
        ScriptedWire peer = new ScriptedWire(ConversationFixture.bytes(lines), ConversationFixture.pieces(seed));
        IntSupplier pieces = ConversationFixture.pieces(seed + 100);
        while (!driven.done()) {
            if (driven.wantsWrite()) {
                write(driven, peer, pieces.getAsInt());
            }
            if (driven.wantsRead()) {
                int count = peer.read(driven.input(), ServerContext.FOREVER_NANOS);
                if (count == Wire.END) {
                    driven.inputEnded();
                } else {
                    driven.received(count);
                }
            }
        }
        assertThat(driven.wantsEndOutput()).isTrue();
        driven.outputEnded();
        driven.finish();
        assertThat(peer.sent.toByteArray()).isEqualTo(ConversationFixture.bytes(lines.toUpperCase(Locale.ROOT)));
        assertThat(driven.outcome()).contains(new Cause.Done(true));
        assertThat(fixture.failures).isEmpty();
    }

    /// The most that the kernel accepts.
    private static void write(LoopProtocolConversation driven, ScriptedWire peer, int atMostBytes) throws IOException {
        ByteBuffer pending = driven.pendingOutput();
        int count = Math.min(pending.remaining(), atMostBytes);
        peer.write(pending.limit(pending.position() + count), true);
        driven.sent(count);
    }

    @Test
    void aBackloggedPeerIsNotRead() throws Exception {
        byte[] more = new byte[fixture.context.options().limits().highWaterBytes()];
        Arrays.fill(more, (byte) 'x');
        LoopProtocolConversation driven = driven((input, output) -> {
            input.skip(input.available());
            output.write(more);
        });
        driven.open();
        driven.input().room().put((byte) 'x');
        driven.input().received(1);
        driven.received(1);
        assertThat(driven.wantsRead()).as("above the high-water mark").isFalse();
        driven.sent(1);
        assertThat(driven.wantsRead()).isTrue();
    }

    private void arrives(LoopProtocolConversation driven, String text) throws Exception {
        byte[] bytes = ConversationFixture.bytes(text);
        driven.input().room().put(bytes);
        driven.input().received(bytes.length);
        driven.received(bytes.length);
    }

    @Test
    void anIdleConnectionOfALoopHasNoBuffers() throws Exception {
        LoopProtocolConversation driven = driven(UPPER);
        driven.open();
        driven.waits();
        assertThat(driven.buffers).isSameAs(ConnectionBuffers.NONE);
        arrives(driven, "line\npart");
        driven.waits();
        assertThat(driven.wantsWrite()).as("kept with its output").isTrue();
        driven.sent(5);
        InputBuffer with = driven.input();
        driven.waits();
        assertThat(driven.input()).as("kept with a part of a line").isSameAs(with);
        assertThat(fixture.context.budget().used()).isPositive();
        arrives(driven, " of a line\n");
        driven.sent(15);
        driven.waits();
        assertThat(driven.buffers).isSameAs(ConnectionBuffers.NONE);
        assertThat(fixture.context.budget().used()).isZero();
    }

    /// A protocol may keep its output, and write in a turn in which it has received nothing.
    @Test
    void whatIsWrittenBetweenTwoTurnsIsSentInTheNext() throws Exception {
        LoopProtocolConversation driven = driven(UPPER);
        driven.open();
        driven.waits();
        driven.write(ConversationFixture.bytes("later"));
        assertThat(driven.wantsWrite()).isTrue();
        driven.waits();
        assertThat(driven.pendingOutput().remaining()).isEqualTo(5);
    }

    @Test
    void theEndOfInputIsNotForgottenByAnIdleConnection() {
        LoopProtocolConversation driven = driven(UPPER);
        driven.open();
        driven.inputEnded();
        driven.waits();
        assertThat(driven.wantsRead()).isFalse();
        driven.finish();
        assertThat(driven.outcome()).contains(new Cause.Done(true));
        assertThat(driven.buffers).isSameAs(ConnectionBuffers.NONE);
    }

    @Test
    void theWaitForTheLastBytesIsOneHoweverManyTurnsItTakes() {
        LoopProtocolConversation driven = driven(new Protocol() {
            @Override
            public void opened(Output output) throws Exception {
                output.write("bye".getBytes(StandardCharsets.US_ASCII));
                output.close();
            }

            @Override
            public void received(dev.polyserve.Input input, Output output) {
                input.skip(input.available());
            }
        });
        driven.open();
        driven.sent(3);
        for (int turn = 0; turn < 9; turn++) {
            driven.waits(true);
            pass(1);
            assertThat(driven.watch()).as("in time").isPositive();
        }
        driven.waits(true);
        pass(1);
        assertThat(driven.watch()).as("the last look").isNegative();
        assertThat(driven.cause()).isEqualTo(new Cause.TimedOut(Limit.WRITE_STALL));
    }

    private void pass(int seconds) {
        fixture.clock.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }
}
