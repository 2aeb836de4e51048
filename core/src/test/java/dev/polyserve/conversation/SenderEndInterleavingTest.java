package dev.polyserve.conversation;

import dev.polyserve.Protocol;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A sender's end while a task beside the owner sends, in the orders in which their steps can come: our side is ended in each, because the task
/// that sends looks once more before it leaves.
@Tag("interleavings")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SenderEndInterleavingTest {
    private static final int SCENARIOS = 4;
    private static final int ORDERS = 60;

    @Test
    void noEndIsMissed() {
        new ModelCheckingOptions().iterations(SCENARIOS).invocationsPerIteration(ORDERS).threads(2).actorsPerThread(1)
                .actorsBefore(0).actorsAfter(0).minimizeFailedScenario(false).check(Operations.class);
    }

    /// What Lincheck calls, on a connection of its own for each order. The thread that wakes the task runs it.
    public static class Operations {
        private final ScriptedWire wire = new ScriptedWire(new byte[0], () -> 1) {
            @Override
            public void beside(Runnable task) {
                task.run();
            }
        };
        private final WireOutbox outbox = new WireOutbox(conversation(wire), wire);
        private volatile boolean ended;

        private static Conversation conversation(Wire wire) {
            Protocol silent = (_, _) -> {
            };
            return ProtocolConversation.pumped(new ConversationFixture().context, ConversationFixture.identity(),
                    () -> silent, wire);
        }

        /// A message, which is refused behind the end.
        @Operation(nonParallelGroup = "sender")
        public void offer() {
            boolean _ = outbox.offer(ByteBuffer.allocate(1));
        }

        /// The end of our side.
        @Operation
        public void end() {
            outbox.end();
            ended = true;
        }

        /// Once all have left.
        @Validate
        public void isEnded() {
            if (ended != outbox.outputEnded()) {
                throw new AssertionError("a sender has ended our side, and it is open");
            }
        }
    }
}
