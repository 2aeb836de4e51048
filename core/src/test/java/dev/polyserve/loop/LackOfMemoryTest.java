package dev.polyserve.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import dev.polyserve.Input;
import dev.polyserve.Options;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.Connector;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.LoopProtocolConversation;
import dev.polyserve.conversation.HandlerConversation;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.ScriptedSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Steps of a connection's end that lack memory, some times in a row: the connection ends all the same, once.
@Timeout(20)
class LackOfMemoryTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    private final SpinningMultiplexer multiplexer = new SpinningMultiplexer();
    private final EventLoop loop = new EventLoop("test", multiplexer, NanoClock.SYSTEM, true, false, 0, _ -> {
    });
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicInteger lacksAtEnd = new AtomicInteger();
    private final ServerContext context = new ServerContext(Options.defaults(), new ServerListener() {
        @Override
        public void closed(ConnectionInfo connection, Cause cause) {
            told.add("listener");
        }
    }, NanoClock.SYSTEM, _ -> {
        if (lacksAtEnd.getAndDecrement() > 0) {
            throw new OutOfMemoryError("for the test");
        }
        ended.incrementAndGet();
    });
    private final LackingSocket socket = new LackingSocket();

    private static final class LackingSocket extends ScriptedSocket {
        private final AtomicInteger lacks = new AtomicInteger();

        @Override
        public void close(boolean unread) {
            if (lacks.getAndDecrement() > 0) {
                throw new OutOfMemoryError("for the test");
            }
            super.close(unread);
        }
    }

    private final class Silent implements Protocol {
        @Override
        public void received(Input input, Output output) {
            input.skip(input.available());
        }

        @Override
        public void closed(Cause cause) {
            told.add("protocol");
        }
    }

    @AfterEach
    void closeLoop() {
        loop.close();
        loop.awaitEnd();
    }

    private Conversation.Identity identity() {
        return new Conversation.Identity(1, socket.peer(), socket.local(), Endpoint.parse("tcp://127.0.0.1:0"));
    }

    private LoopProtocolConversation served() throws Exception {
        LoopProtocolDriver driver = new LoopProtocolDriver(loop, socket);
        LoopProtocolConversation conversation = new LoopProtocolConversation(context, identity(), Silent::new, driver);
        loop.start(_ -> {
        });
        driver.watch(conversation);
        onLoop(() -> {
            try {
                driver.start(null);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        return conversation;
    }

    private void onLoop(Runnable task) throws Exception {
        CompletableFuture.runAsync(task, loop::post).get();
    }

    /// A coroutine beside the loop has the loop close its socket, a moment later.
    private void awaitOnLoop(BooleanSupplier holds, Object described) throws Exception {
        boolean held = false;
        for (long until = System.nanoTime() + SOON.toNanos(); !held && System.nanoTime() < until;) {
            held = CompletableFuture.supplyAsync(holds::getAsBoolean, loop::post).get();
        }
        assertThat(held).as("%s", described).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void aProtocolsConnectionIsClosedOnceThereIsMemory(int times) throws Exception {
        LoopProtocolConversation conversation = served();
        onLoop(() -> multiplexer.lacksMemory(times));
        socket.lacks.set(times);
        lacksAtEnd.set(times);
        conversation.abort();
        assertThat(conversation.await(SOON)).isEqualTo(new Cause.Stopped());
        assertThat(multiplexer.forgotten()).isTrue();
        assertThat(socket.calls).containsExactly("close");
        assertThat(told).containsExactly("protocol", "listener");
        assertThat(ended).hasValue(1);
    }

    /// The interest of the watch changes when the protocol has more to send than the socket takes.
    @Test
    void aProtocolsConnectionFailsWhenItsTurnLacksMemory() throws Exception {
        LoopProtocolConversation conversation = served();
        onLoop(() -> multiplexer.lacksMemory(1));
        socket.sent = false;
        onLoop(conversation::close);
        conversation.cutInput(false);
        Cause why = conversation.await(SOON);
        assertThat(why).isInstanceOfSatisfying(Cause.Failed.class,
                failed -> assertThat(failed.error()).isInstanceOf(OutOfMemoryError.class));
        assertThat(socket.calls).endsWith("close");
        assertThat(told).containsExactly("protocol", "listener");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void aHandlersConnectionIsClosedOnceThereIsMemory(int times) throws Exception {
        CoroutineWire wire = new CoroutineWire(loop, socket);
        HandlerConversation conversation = new HandlerConversation(context, identity(), () -> _ -> {
            multiplexer.lacksMemory(times);
            socket.lacks.set(times);
            lacksAtEnd.set(times);
            throw new OutOfMemoryError("for the test");
        }, wire, wire.border(), Connector.NONE);
        loop.start(_ -> {
        });
        wire.watch(conversation);
        onLoop(() -> {
            try {
                wire.start(null);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(conversation.await(SOON)).isInstanceOf(Cause.Failed.class);
        awaitOnLoop(multiplexer::forgotten, multiplexer);
        awaitOnLoop(() -> !socket.calls.isEmpty() && socket.calls.getLast().endsWith("close"), socket.calls);
        assertThat(told).containsExactly("listener");
        assertThat(ended).hasValue(1);
    }

    /// As the accept loop does with a connection whose thread does not start.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void aConnectionThatDoesNotBeginIsClosed(int times) throws Exception {
        CoroutineWire wire = new CoroutineWire(loop, socket);
        HandlerConversation conversation = new HandlerConversation(context, identity(), () -> _ -> told.add("handler"),
                wire, wire.border(), Connector.NONE);
        loop.start(_ -> {
        });
        socket.lacks.set(times);
        lacksAtEnd.set(times);
        wire.watch(conversation);
        conversation.abandon(new OutOfMemoryError("no thread"));
        assertThat(conversation.await(SOON)).isInstanceOf(Cause.Failed.class);
        awaitOnLoop(() -> socket.calls.contains("close"), socket.calls);
        conversation.run();
        assertThat(told).isEmpty();
        assertThat(ended).hasValue(1);
    }
}
