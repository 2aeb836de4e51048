package dev.polyserve.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionException;
import dev.polyserve.Input;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The system reports a reset to a sender's write, and only to that. The owner's read returns the end before the write
/// returns: the owner must not take the reset for an end.
@Timeout(20)
class ResetOfAWriteTest {
    private static final Cause RESET = new Cause.PeerReset("Connection reset");

    private final CompletableFuture<String> seen = new CompletableFuture<>();
    private final CountDownLatch writing = new CountDownLatch(1);
    private final CompletableFuture<Thread> owner = new CompletableFuture<>();
    private final ScriptedWire wire = new ScriptedWire(new byte[0], () -> 1) {
        @Override
        public int read(InputBufferProvider into, long atMostNanos) throws LimitException {
            try {
                writing.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return super.read(into, atMostNanos);
        }

        @Override
        public void write(ByteBuffer bytes, boolean waits) throws IOException {
            writing.countDown();
            // The owner waits in its read first, without a time; afterwards it waits for this write.
            while (!seen.isDone() && owner.join().getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            throw new IOException("Connection reset");
        }

        @Override
        public void runSender(Runnable task) {
            Thread.ofPlatform().daemon().name("sender").start(task);
        }
    };

    private void serve(Runnable conversation) throws Exception {
        owner.complete(Thread.ofPlatform().daemon().name("owner").start(conversation));
        owner.join().join();
    }

    @Test
    void aHandlerDoesNotReadItAsTheEnd() throws Exception {
        HandlerConversation conversation = new HandlerConversation(new ConversationFixture().context,
                ConversationFixture.identity(), () -> connection -> {
                    assertThat(connection.sender().offer(ByteBuffer.allocate(1))).isTrue();
                    try {
                        seen.complete("read " + connection.read(new byte[1]));
                    } catch (ConnectionException e) {
                        seen.complete(e.reason().toString());
                    }
                }, wire);
        serve(conversation);
        assertThat(seen.get(1, TimeUnit.SECONDS)).isEqualTo(RESET.toString());
        assertThat(conversation.outcome()).contains(RESET);
    }

    @Test
    void aProtocolIsNotToldOfTheEnd() throws Exception {
        BlockingProtocolConversation conversation = new BlockingProtocolConversation(new ConversationFixture().context,
                ConversationFixture.identity(), Sending::new, wire);
        serve(conversation);
        assertThat(seen.get(1, TimeUnit.SECONDS)).isEqualTo(RESET.toString());
        assertThat(conversation.outcome()).contains(RESET);
    }

    /// Sends a message as it is opened, by another thread.
    private final class Sending implements Protocol {
        @Override
        public void opened(Output output) {
            assertThat(output.sender().offer(ByteBuffer.allocate(1))).isTrue();
        }

        @Override
        public void received(Input input, Output output) {
            throw new AssertionError("there is no input");
        }

        @Override
        public void ended(Output output) {
            seen.complete("ended");
        }

        @Override
        public void closed(Cause cause) {
            seen.complete(cause.toString());
        }
    }
}
