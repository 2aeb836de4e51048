package dev.polyserve.conversation;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.Protocol;
import dev.polyserve.ServerListener;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The sender queue under all interleavings of senders and its consumer: the result must equal that of some sequential
/// order. So nothing is queued after the end, a refused message takes no room from another, and closing takes
/// precedence over ending.
@Tag("slow")
@Tag("interleavings")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SenderQueueInterleavingTest {
    private static final int MOST_BYTES = 10;
    private static final int SCENARIOS = "full".equals(System.getProperty("polyserve.tests")) ? 12 : 6;
    private static final int ORDERS = 100;

    @Test
    void whatComesOfAnyOrderComesOfOneAfterTheOther() {
        new ModelCheckingOptions().iterations(SCENARIOS).invocationsPerIteration(ORDERS).threads(2).actorsPerThread(2)
                .actorsBefore(1).actorsAfter(1).minimizeFailedScenario(true).check(Operations.class);
    }

    /// The operations for Lincheck, on a new sender queue for each interleaving.
    @Param(name = "bytes", gen = IntGen.class, conf = "1:9")
    public static class Operations {
        private static final InetSocketAddress NOWHERE = InetSocketAddress.createUnresolved("nowhere", 1);

        private final CrossThreadSendQueue senderQueue = new CrossThreadSendQueue(conversation()) {
            @Override
            void wake() {
                // The consumer is an operation of its own.
            }
        };

        private static Conversation conversation() {
            ServerContext context = new ServerContext(
                    Options.defaults().withLimits(limits -> limits.withSenderQueueBytes(MOST_BYTES)),
                    new ServerListener() {}, NanoClock.SYSTEM, _ -> {});
            Protocol silent = (input, output) -> {
            };
            var identity = new Conversation.Identity(1, NOWHERE, NOWHERE, Endpoint.parse("tcp://127.0.0.1:0"));
            return new LoopProtocolConversation(context, identity, () -> silent,
                    new CrossThreadSendQueueTest.IdleDriver());
        }

        /// Offers a message of this many bytes.
        @Operation
        public boolean offer(@Param(name = "bytes") int bytes) {
            return senderQueue.offer(ByteBuffer.allocate(bytes));
        }

        /// Ends the output.
        @Operation
        public void end() {
            senderQueue.end();
        }

        /// Ends the connection.
        @Operation
        public void close() {
            senderQueue.close();
        }

        /// The next step of the consumer.
        @Operation(nonParallelGroup = "owner")
        public String takes() {
            ByteBuffer message = senderQueue.poll();
            if (message == null) {
                return senderQueue.endsNow() ? "end" : senderQueue.closesNow() ? "close" : "nothing";
            }
            senderQueue.left(message.remaining());
            return message.remaining() + " bytes";
        }
    }
}
