package dev.polyserve.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.Handler;
import dev.polyserve.Input;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A sequential handler over a wire without a socket: the handler reads the same, whatever pieces the bytes arrive in.
class HandlerConversationTest {
    private static final Handler UPPER = client -> {
        for (String line; (line = client.readLine()) != null;) {
            client.writeLine(line.toUpperCase(Locale.ROOT));
        }
    };

    private final ConversationFixture fixture = new ConversationFixture();

    private HandlerConversation run(ScriptedWire wire, Handler handler) {
        HandlerConversation conversation = new HandlerConversation(fixture.context, ConversationFixture.identity(),
                () -> handler, wire);
        conversation.run();
        return conversation;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void linesAreTheSameInWhateverPiecesTheyCome(int seed) {
        String lines = ConversationFixture.lines();
        ScriptedWire wire = new ScriptedWire(ConversationFixture.bytes(lines), ConversationFixture.pieces(seed));
        HandlerConversation conversation = run(wire, UPPER);
        assertThat(wire.sent.toByteArray()).isEqualTo(ConversationFixture.bytes(lines.toUpperCase(Locale.ROOT)));
        assertThat(conversation.bytesIn()).isEqualTo(ConversationFixture.bytes(lines).length);
        assertThat(conversation.bytesOut()).isEqualTo(wire.sent.size());
        assertThat(conversation.outcome()).contains(new Cause.Done(true));
        assertThat(fixture.failures).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void itsStreamPassesOnAllInput(int seed) {
        byte[] lines = ConversationFixture.bytes(ConversationFixture.lines().repeat(20));
        var copy = new ByteArrayOutputStream();
        ScriptedWire wire = new ScriptedWire(lines, ConversationFixture.pieces(seed));
        run(wire, client -> {
            byte[] first = client.readExactly(10);
            client.write(first);
            assertThat(client.inputStream().transferTo(client.outputStream())).isEqualTo(lines.length - 10);
            assertThat(client.inputStream().transferTo(client.outputStream())).as("after the end").isZero();
        });
        assertThat(wire.sent.toByteArray()).as("to itself").isEqualTo(lines);
        run(new ScriptedWire(lines, ConversationFixture.pieces(seed)), client -> client.inputStream().transferTo(copy));
        assertThat(copy.toByteArray()).as("to any stream").isEqualTo(lines);
    }

    /// The loop's buffers, of which the connection must have none while it waits with nothing in them.
    private static final class LendingWire extends ScriptedWire implements LoopBufferProvider {
        private final ConnectionBufferPool lent = new ConnectionBufferPool();
        private final List<Boolean> idle = new ArrayList<>();
        private @Nullable HandlerConversation conversation;

        LendingWire(byte[] input, IntSupplier pieceBytes) {
            super(input, pieceBytes);
        }

        @Override
        public int read(InputBufferProvider into, long atMostNanos) throws LimitException {
            into.idles();
            idle.add(conversation != null && conversation.buffers == ConnectionBuffers.NONE);
            return super.read(into, atMostNanos);
        }

        @Override
        public ConnectionBufferPool buffers() {
            return lent;
        }

        @Override
        public BufferPool pool() {
            return ThreadSharedBufferPool.ALL;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void itHasBuffersOfItsLoopWhileThereAreBytes(int seed) {
        String lines = ConversationFixture.lines();
        var wire = new LendingWire(ConversationFixture.bytes(lines), ConversationFixture.pieces(seed));
        var conversation = new HandlerConversation(fixture.context, ConversationFixture.identity(), () -> UPPER, wire);
        wire.conversation = conversation;
        assertThat(conversation.buffers).isSameAs(ConnectionBuffers.NONE);
        conversation.run();
        assertThat(wire.sent.toByteArray()).isEqualTo(ConversationFixture.bytes(lines.toUpperCase(Locale.ROOT)));
        assertThat(wire.idle).startsWith(true).contains(false);
        assertThat(conversation.buffers).as("at the end").isSameAs(ConnectionBuffers.NONE);
        assertThat(conversation.outcome()).contains(new Cause.Done(true));
    }

    @Test
    void whatItWritesWithoutInputGoesOut() {
        var wire = new LendingWire(new byte[0], () -> 1);
        var conversation = new HandlerConversation(fixture.context, ConversationFixture.identity(),
                () -> client -> client.writeLine("hello"), wire);
        conversation.run();
        assertThat(wire.sent.toString(StandardCharsets.US_ASCII)).isEqualTo("hello\n");
        assertThat(conversation.buffers).isSameAs(ConnectionBuffers.NONE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void aLargeWriteIsWholeThoughTheSystemTakesAFewBytesAtATime(int seed) {
        byte[] large = ConversationFixture.bytes(ConversationFixture.lines().repeat(20));
        ScriptedWire wire = new ScriptedWire(new byte[0], ConversationFixture.pieces(seed));
        run(wire, client -> {
            client.write("before ".getBytes(StandardCharsets.US_ASCII));
            client.write(large);
            client.write(ByteBuffer.wrap(large));
        });
        byte[] sent = wire.sent.toByteArray();
        assertThat(sent).hasSize(7 + 2 * large.length).startsWith(ConversationFixture.bytes("before ")).endsWith(large);
    }

    @Test
    void whatWasWrittenGoesOutBeforeAReadWaits() {
        ScriptedWire wire = new ScriptedWire(ConversationFixture.bytes("x"), () -> 1);
        run(wire, client -> {
            client.write(ConversationFixture.bytes("name? "));
            assertThat(client.readByte()).isEqualTo('x');
        });
        assertThat(wire.calls).containsExactly("write", "read", "awaitAcknowledged", "endOutput", "close");
    }

    @Test
    void messagesOfOthersGoOutBeforeTheirAcknowledgementIsWaitedFor() {
        ScriptedWire wire = new ScriptedWire(new byte[0], () -> 1);
        run(wire, client -> assertThat(client.sender().offer(ByteBuffer.wrap(ConversationFixture.bytes("news"))))
                .isTrue());
        assertThat(wire.calls).containsExactly("write", "awaitAcknowledged", "endOutput", "close");
        assertThat(wire.sent.toString(StandardCharsets.UTF_8)).isEqualTo("news");
    }

    @Test
    void anExceptionIsTheCauseAndWhatWasWrittenStillGoesOut() {
        ScriptedWire wire = new ScriptedWire(new byte[0], () -> 1);
        IllegalStateException thrown = new IllegalStateException("thrown by the handler");
        HandlerConversation conversation = run(wire, client -> {
            client.write(ConversationFixture.bytes("sorry"));
            throw thrown;
        });
        assertThat(conversation.outcome()).contains(new Cause.Failed(thrown));
        assertThat(fixture.failures).containsExactly(thrown);
        assertThat(wire.sent.size()).isEqualTo(5);
        assertThat(wire.calls).endsWith("endOutput", "close");
    }

    @Test
    void whatWasSentOfAPieceIsCountedThoughTheRestFails() {
        ScriptedWire wire = new ScriptedWire(new byte[0], () -> 1000) {
            @Override
            public void write(ByteBuffer bytes, boolean waits) throws IOException {
                if (waits) {
                    throw new IOException("reset");
                }
                super.write(bytes, false);
            }
        };
        HandlerConversation conversation = run(wire, client -> client.write(new byte[32 << 10]));
        assertThat(wire.sent.size()).isEqualTo(1000);
        assertThat(conversation.bytesOut()).isEqualTo(1000);
    }

    @Test
    void whatASenderHasSentOfAPieceIsCountedThoughTheRestFails() {
        ScriptedWire wire = new FailingHalfway();
        HandlerConversation conversation = run(wire, client -> {
            client.sender().offer(ByteBuffer.allocate(32 << 10));
            wire.tasks.remove().run();
        });
        assertThat(conversation.bytesOut()).isEqualTo(1000);
    }

    @Test
    void whatAProtocolHasSentOfAPieceIsCountedThoughTheRestFails() {
        BlockingProtocolConversation conversation = new BlockingProtocolConversation(fixture.context,
                ConversationFixture.identity(), () -> new Protocol() {
                    @Override
                    public void opened(Output output) throws IOException {
                        output.write(new byte[32 << 10]);
                    }

                    @Override
                    public void received(Input input, Output output) {
                        input.skip(input.available());
                    }
                }, new FailingHalfway());
        conversation.run();
        assertThat(conversation.bytesOut()).isEqualTo(1000);
    }

    /// The system takes 1000 bytes, and the connection is lost.
    private static final class FailingHalfway extends ScriptedWire {
        FailingHalfway() {
            super(new byte[0], () -> 1000);
        }

        @Override
        public void write(ByteBuffer bytes, boolean waits) throws IOException {
            super.write(bytes, false);
            throw new IOException("reset");
        }
    }

    static List<Handler> endings() {
        return List.of(_ -> {}, Connection::end, Connection::close);
    }

    @ParameterizedTest
    @MethodSource("endings")
    void aFailureToEndTheOutputIsTheCause(Handler handler) {
        ScriptedWire failing = new ScriptedWire(new byte[0], () -> 1) {
            @Override
            public void endOutput(boolean acknowledged) throws IOException {
                throw new IOException("Connection reset");
            }
        };
        assertThat(run(failing, handler).outcome()).contains(new Cause.PeerReset("Connection reset"));
        assertThat(fixture.failures).isEmpty();
    }

    @Test
    void aFailingWireLeavesNoConnectionThatIsNotOver() {
        ScriptedWire failing = new ScriptedWire(new byte[0], () -> 1) {
            @Override
            public int discard(long atMostNanos) {
                throw new IllegalStateException("a defect");
            }
        };
        HandlerConversation conversation = new HandlerConversation(fixture.context, ConversationFixture.identity(),
                () -> _ -> {}, failing);
        conversation.run();
        assertThat(conversation.isDone()).isTrue();
        assertThat(failing.calls).endsWith("close");
    }
}
