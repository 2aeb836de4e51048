package dev.polyserve.loop;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Options;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.LingeringClose;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.ScriptedSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What belongs to a loop fails when a thread other than the loop's calls it: here the test's.
@Timeout(20)
class LoopOwnerTest {
    private final ServerContext context = new ServerContext(Options.defaults(), new ServerListener() {},
            NanoClock.SYSTEM, _ -> {});
    private EventLoop loop;

    @BeforeEach
    void start() throws Exception {
        loop = new EventLoop("owned", new SelectorMultiplexer(), NanoClock.SYSTEM, true, false, 0, error -> {
            throw new AssertionError(error);
        });
        loop.start(_ -> {});
    }

    @AfterEach
    void close() {
        loop.close();
        loop.awaitEnd();
    }

    private static void assertRefused(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("owned is owned by its own thread, but Thread[");
    }

    @Test
    void itsTurn() {
        assertRefused(loop::turnBegins);
        assertRefused(() -> loop.serves(null));
    }

    @Test
    void itsTimers() throws Exception {
        assertRefused(() -> loop.schedule(1, () -> {}));
        CompletableFuture<EventLoop.Delayed> delayed = new CompletableFuture<>();
        loop.post(() -> delayed.complete(loop.schedule(TimeUnit.HOURS.toNanos(1), () -> {})));
        EventLoop.Delayed set = delayed.get(10, TimeUnit.SECONDS);
        assertRefused(() -> loop.cancel(set));
        assertRefused(((PeriodicTimer) set)::runSoon);
    }

    @Test
    void itsBuffers() {
        assertRefused(loop::scratch);
        assertRefused(() -> loop.pool().take(1));
    }

    @Test
    void theConnectionOfAProtocol() {
        LoopProtocolDriver driver = new LoopProtocolDriver(loop, new ScriptedSocket());
        assertRefused(() -> driver.start(null));
        assertRefused(() -> driver.ready(Multiplexer.READ));
    }

    @Test
    void theConnectionOfAHandler() {
        CoroutineWire wire = new CoroutineWire(loop, new ScriptedSocket());
        assertRefused(() -> wire.ready(0));
    }

    @Test
    void theLingeringEndOfAConnection() {
        LingeringClose decides = new LingeringClose(context);
        LingeringSocket lingering = new LingeringSocket(loop, new ScriptedSocket(), decides, false, _ -> {});
        assertRefused(lingering::begin);
        assertRefused(lingering::cancel);
    }

    @Test
    void itsHub() {
        assertRefused(loop.coroutines()::offerHub);
    }
}
