package dev.polyserve.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Cause;
import dev.polyserve.Endpoint;
import dev.polyserve.Input;
import dev.polyserve.Limit;
import dev.polyserve.Options;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.LoopProtocolConversation;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.conversation.Wire;
import dev.polyserve.io.ScriptedSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// How a protocol on a loop ends while the socket still has last bytes to send or to receive. The loop does not run:
/// the test performs its turns. The write stall limit is 10 s.
class LoopProtocolDriverTest {
    private final AtomicLong clock = new AtomicLong();
    private final FakeMultiplexer multiplexer = new FakeMultiplexer();
    private final EventLoop loop = new EventLoop("test", multiplexer, clock::get, true, false, 0, error -> {
        throw new AssertionError(error);
    });
    private final ScriptedSocket socket = new ScriptedSocket();
    private final LoopProtocolDriver driver = new LoopProtocolDriver(loop, socket);
    private final LoopProtocolConversation conversation = new LoopProtocolConversation(
            new ServerContext(
                    Options.defaults().withTimeouts(times -> times.withWriteStall(Duration.ofSeconds(10))),
                    new ServerListener() {}, clock::get, _ -> {
                    }),
            new Conversation.Identity(1, socket.peer(), socket.local(), Endpoint.parse("tcp://127.0.0.1:0")),
            Farewell::new, driver);

    private static final class Farewell implements Protocol {
        @Override
        public void opened(Output output) throws Exception {
            output.write("bye".getBytes(StandardCharsets.US_ASCII));
            output.close();
        }

        @Override
        public void received(Input input, Output output) {
            input.skip(input.available());
        }
    }

    private void start() throws Exception {
        driver.watch(conversation);
        driver.start(null);
    }

    @AfterEach
    void closeLoop() {
        loop.close();
    }

    @Test
    void theEndWaitsUntilTheSystemHasTheLastBytes() throws Exception {
        socket.sent = false;
        start();
        assertThat(socket.calls).isEmpty();
        assertThat(multiplexer.interest()).isEqualTo(Multiplexer.WRITE);
        socket.sent = true;
        driver.ready(Multiplexer.WRITE);
        assertThat(socket.calls).startsWith("endOutput").endsWith("discard and close");
        assertThat(conversation.outcome()).contains(new Cause.Done(false));
    }

    @Test
    void anAbortedConversationIsClosedThoughBytesAreUnsent() throws Exception {
        socket.sent = false;
        start();
        conversation.abort(new Cause.Stopped());
        driver.ready(0);
        assertThat(socket.calls).containsExactly("close");
        assertThat(conversation.isDone()).isTrue();
    }

    @Test
    void theWriteStallLimitHoldsForUnsentBytes() throws Exception {
        socket.sent = false;
        start();
        // The clock of a loop may be late by the length of a turn.
        clock.addAndGet(TimeUnit.SECONDS.toNanos(11));
        assertThat(conversation.watch()).isNegative();
        assertThat(conversation.cause()).isEqualTo(new Cause.TimedOut(Limit.WRITE_STALL));
    }

    @Test
    void anAbortEndsTheWaitForAcknowledgement() throws Exception {
        socket.unacknowledged = Wire.UNKNOWN;
        start();
        assertThat(multiplexer.interest()).isEqualTo(Multiplexer.READ);
        driver.ready(Multiplexer.READ);
        assertThat(socket.calls).as("it waits for the peer").containsExactly("endOutput");
        conversation.abort(new Cause.Stopped());
        driver.ready(0);
        assertThat(socket.calls).endsWith("close");
        assertThat(conversation.isDone()).isTrue();
    }
}
