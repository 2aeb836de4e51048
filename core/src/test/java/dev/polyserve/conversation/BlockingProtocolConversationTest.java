package dev.polyserve.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Cause;
import dev.polyserve.Input;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How the thread of a protocol waits when there is nothing to read.
@Timeout(20)
class BlockingProtocolConversationTest {
    private final BlockingProtocolConversation conversation = new BlockingProtocolConversation(
            new ConversationFixture().context,
            ConversationFixture.identity(), Interrupting::new, new ScriptedWire(new byte[0], () -> 1));

    /// Keeps the connection open after the peer's end, with the interrupt flag of its thread set.
    private static final class Interrupting implements Protocol {
        @Override
        public void received(Input input, Output output) {
            input.skip(input.available());
        }

        @Override
        public void ended(Output output) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anInterruptedThreadWaitsWithoutAProcessorUntilTheInputIsCut() throws Exception {
        Thread pump = Thread.ofPlatform().daemon().start(conversation);
        while (pump.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(conversation.isDone()).isFalse();
        conversation.cutInput(false);
        pump.join();
        assertThat(conversation.outcome()).contains(new Cause.Done(false));
    }
}
