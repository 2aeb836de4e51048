package dev.polyserve.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Endpoint;
import dev.polyserve.Handler;
import dev.polyserve.Options;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.Connector;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.HandlerConversation;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.conversation.Wire;
import dev.polyserve.coroutine.carrier.Carrier;
import dev.polyserve.io.ScriptedSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Readiness of a connection whose handler is a coroutine.
@Timeout(20)
class CoroutineWireTest {
    private static final int VERY_OFTEN = 2_000;

    private static final class OneByte extends ScriptedSocket {
        private final AtomicBoolean available = new AtomicBoolean();

        @Override
        public int read(ByteBuffer into) {
            if (!available.getAndSet(false)) {
                return 0;
            }
            into.put((byte) 'x');
            return 1;
        }
    }

    private final SpinningMultiplexer multiplexer = new SpinningMultiplexer();
    private final CompletableFuture<Throwable> failed = new CompletableFuture<>();
    private final OneByte socket = new OneByte();

    /// The notifications come while the loop does not run the coroutine, as for one that is lost.
    @Test
    void aCoroutineThatDoesNotComeDoesNotKeepItsLoopBusy() throws Exception {
        assumeTrue(Carrier.whyNot().isEmpty(), () -> "needs a carrier: " + Carrier.whyNot());
        try (EventLoop loop = new EventLoop("test", multiplexer, NanoClock.SYSTEM, true, true, 0, failed::complete)) {
            CoroutineWire wire = new CoroutineWire(loop, socket);
            var read = new CompletableFuture<Integer>();
            HandlerConversation conversation = conversation(wire, client -> read.complete(client.readByte()));
            loop.start(failed::complete);
            wire.watch(conversation);
            onLoop(loop, () -> start(wire));
            while (onLoop(loop, () -> stateOfCoroutine(wire)) != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            int interest = onLoop(loop, () -> {
                wire.ready(Multiplexer.READ);
                assertThat(multiplexer.interest()).as("after one").isEqualTo(Multiplexer.READ);
                for (int i = 0; i < VERY_OFTEN; i++) {
                    wire.ready(Multiplexer.READ);
                }
                socket.available.set(true);
                return multiplexer.interest();
            });
            assertThat(interest).as("after very many").isZero();
            assertThat(read.get(10, TimeUnit.SECONDS)).as("it comes nevertheless").isEqualTo((int) 'x');
        }
    }

    /// A waiting coroutine keeps its stack, and the JVM a copy of it: each frame is some hundred bytes of an idle connection.
    @Test
    void aWaitingCoroutineHasFewFrames() throws Exception {
        assumeTrue(Carrier.whyNot().isEmpty(), () -> "needs a carrier: " + Carrier.whyNot());
        try (EventLoop loop = new EventLoop("test", multiplexer, NanoClock.SYSTEM, true, true, 0, failed::complete)) {
            CoroutineWire wire = new CoroutineWire(loop, socket);
            HandlerConversation conversation = conversation(wire,
                    client -> client.inputStream().transferTo(client.outputStream()));
            loop.start(failed::complete);
            wire.watch(conversation);
            onLoop(loop, () -> start(wire));
            while (onLoop(loop, () -> stateOfCoroutine(wire)) != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            StackTraceElement[] frames = onLoop(loop,
                    () -> Objects.requireNonNull(wire.runningCoroutine()).getStackTrace());
            assertThat(frames).filteredOn(frame -> frame.getClassName().startsWith("dev.polyserve."))
                    .extracting(frame -> frame.getClassName().replaceAll(".*\\.", "") + "." + frame.getMethodName())
                    .filteredOn(frame -> !frame.startsWith("CoroutineWireTest"))
                    .containsExactly("CarrierThread.park", "CoroutineWire.await", "CoroutineWire.read",
                            "HandlerInput.fill",
                            "HandlerInput.transferTo", "ConnectionInputStream.transferTo", "HandlerConversation.run",
                            "CoroutineWire.run");
        }
    }

    /// The peer takes all bytes at once.
    @Test
    void aHandlerThatWritesWithoutEndDoesNotKeepTheLoopForItself() throws Exception {
        assumeTrue(Carrier.whyNot().isEmpty(), () -> "needs a carrier: " + Carrier.whyNot());
        try (EventLoop loop = new EventLoop("test", multiplexer, NanoClock.SYSTEM, true, true, 0, failed::complete)) {
            CoroutineWire wire = new CoroutineWire(loop, socket);
            AtomicBoolean enough = new AtomicBoolean();
            HandlerConversation conversation = conversation(wire, client -> {
                while (!enough.get()) {
                    client.write(new byte[Wire.WRITE_PIECE_BYTES]);
                }
            });
            wire.watch(conversation);
            start(wire);
            loop.post(() -> loop.post(() -> enough.set(true)));
            loop.start(failed::complete);
            while (!onLoop(loop, enough::get)) {
                Thread.onSpinWait();
            }
            assertThat(failed).isNotDone();
        }
    }

    private HandlerConversation conversation(CoroutineWire wire, Handler handler) {
        ServerContext context = new ServerContext(Options.defaults(), new ServerListener() {}, NanoClock.SYSTEM, _ -> {
        });
        return new HandlerConversation(context, new Conversation.Identity(1, socket.peer(), socket.local(),
                Endpoint.parse("tcp://127.0.0.1:0")), () -> handler, wire, wire.border(), Connector.NONE);
    }

    private static Thread.State stateOfCoroutine(CoroutineWire wire) {
        return Objects.requireNonNull(wire.runningCoroutine()).getState();
    }

    private static Void start(CoroutineWire wire) {
        try {
            wire.start(null);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return null;
    }

    private static <T> T onLoop(EventLoop loop, Supplier<T> task) throws Exception {
        return CompletableFuture.supplyAsync(task, loop::post).get(10, TimeUnit.SECONDS);
    }
}
