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

/// A sender's end while a task beside the owner sends, under all interleavings: the output is ended in each, because
/// the sending task checks once more before it finishes.
@Tag("interleavings")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SenderEndInterleavingTest {
    private static final int SCENARIOS = 4;
    private static final int ORDERS = "full".equals(System.getProperty("polyserve.tests")) ? 60 : 30;

    @Test
    void noEndIsMissed() {
        new ModelCheckingOptions().iterations(SCENARIOS).invocationsPerIteration(ORDERS).threads(2).actorsPerThread(1)
                .actorsBefore(0).actorsAfter(0).minimizeFailedScenario(false).check(Operations.class);
    }

    /// The operations for Lincheck, on a new connection for each interleaving. The thread that wakes the task runs it.
    public static class Operations {
        private final ScriptedWire wire = new ScriptedWire(new byte[0], () -> 1) {
            @Override
            public void runSender(Runnable task) {
                task.run();
            }
        };
        private final WireCrossThreadSendQueue senderQueue = new WireCrossThreadSendQueue(conversation(wire), wire,
                HandlerBorder.NONE, true);
        private volatile boolean ended;

        private static BufferedConversation conversation(ScriptedWire wire) {
            Protocol silent = (_, _) -> {
            };
            return new BlockingProtocolConversation(new ConversationFixture().context, ConversationFixture.identity(),
                    () -> silent, wire);
        }

        /// Offers a message, which is refused after the end.
        @Operation(nonParallelGroup = "sender")
        public void offer() {
            boolean _ = senderQueue.offer(ByteBuffer.allocate(1));
        }

        /// Ends the output.
        @Operation
        public void end() {
            senderQueue.end();
            ended = true;
        }

        /// Runs after all threads have finished.
        @Validate
        public void isEnded() {
            if (ended != senderQueue.outputEnded()) {
                throw new AssertionError("a sender has ended our side, and it is open");
            }
        }
    }
}
