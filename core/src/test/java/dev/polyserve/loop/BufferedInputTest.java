package dev.polyserve.loop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import dev.polyserve.coroutine.carrier.Carrier;
import dev.polyserve.io.ScriptedSocket;
import dev.polyserve.io.PollableStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Bytes that a layer has read in advance are handled, although the multiplexer never reports that the socket is ready.
@Timeout(20)
class BufferedInputTest {
    private static final String TEXT = "read in advance";

    private final CompletableFuture<Throwable> failed = new CompletableFuture<>();
    private final CompletableFuture<String> got = new CompletableFuture<>();
    private final InAdvance socket = new InAdvance();
    private final ServerContext context = new ServerContext(Options.defaults(), new ServerListener() {},
            NanoClock.SYSTEM, _ -> {
            });
    private final Conversation.Identity identity = new Conversation.Identity(1, socket.peer(), socket.local(),
            Endpoint.parse("tcp://127.0.0.1:0"));

    /// Every second read returns one byte, and the others nothing, as with a record without text.
    private static final class InAdvance extends ScriptedSocket {
        private final PollableStream below = new ScriptedSocket();
        private int reads;

        @Override
        public PollableStream source() {
            return below;
        }

        @Override
        public int read(ByteBuffer into) {
            if (!buffered() || reads++ % 2 == 0) {
                return 0;
            }
            into.put((byte) TEXT.charAt((reads - 1) / 2));
            return 1;
        }

        @Override
        public boolean buffered() {
            return reads < 2 * TEXT.length();
        }
    }

    private final class Collects implements Protocol {
        private String all = "";

        @Override
        public void received(Input input, Output output) throws IOException {
            all += input.takeUtf8(input.available());
            if (all.length() == TEXT.length()) {
                got.complete(all);
            }
        }
    }

    @Test
    void aProtocolGetsThem() throws Exception {
        try (EventLoop loop = loop(false)) {
            LoopProtocolDriver driver = new LoopProtocolDriver(loop, socket);
            LoopProtocolConversation conversation = new LoopProtocolConversation(context, identity, Collects::new,
                    driver);
            driver.watch(conversation);
            begin(loop, () -> driver.start(null));
            assertThat(got.get(10, TimeUnit.SECONDS)).isEqualTo(TEXT);
        }
        assertThat(failed).isNotDone();
    }

    @Test
    void aHandlerGetsThem() throws Exception {
        assumeTrue(Carrier.whyNot().isEmpty(), () -> "needs a carrier: " + Carrier.whyNot());
        try (EventLoop loop = loop(true)) {
            CoroutineWire wire = new CoroutineWire(loop, socket);
            HandlerConversation conversation = new HandlerConversation(context, identity, () -> client -> {
                byte[] all = new byte[TEXT.length()];
                for (int i = 0; i < all.length; i++) {
                    all[i] = (byte) client.readByte();
                }
                got.complete(new String(all, US_ASCII));
            }, wire, wire.border(), Connector.NONE);
            wire.watch(conversation);
            begin(loop, () -> wire.start(null));
            assertThat(got.get(10, TimeUnit.SECONDS)).isEqualTo(TEXT);
        }
        assertThat(failed).isNotDone();
    }

    private EventLoop loop(boolean lendsThread) {
        EventLoop loop = new EventLoop("test", new SpinningMultiplexer(), NanoClock.SYSTEM, true, lendsThread, 0,
                failed::complete);
        loop.start(failed::complete);
        return loop;
    }

    private interface Begin {
        void run() throws IOException;
    }

    private void begin(EventLoop loop, Begin begin) {
        loop.post(() -> {
            try {
                begin.run();
            } catch (IOException e) {
                failed.complete(e);
            }
        });
    }
}
