package dev.polyserve.run;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Options;
import dev.polyserve.Protocol;
import dev.polyserve.RequestResult;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.ChannelSocketProvider;
import dev.polyserve.io.DatagramPort;
import dev.polyserve.io.Listener;
import dev.polyserve.io.ScriptedSocket;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.loop.Multiplexer;
import dev.polyserve.loop.SelectorMultiplexer;
import dev.polyserve.spi.ServerProvider;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What belongs to the accept loop fails when a thread other than the loop's calls it: here the test's.
@Timeout(20)
class AcceptLoopOwnerTest {
    private static final Endpoint STREAM = Endpoint.parse("tcp://127.0.0.1:0");
    private static final Endpoint DATAGRAMS = Endpoint.parse("udp://127.0.0.1:0");

    private final Options options = Options.defaults();
    private final ServerListener events = new ServerListener() {};
    private final ServerContext context = new ServerContext(options, events, NanoClock.SYSTEM, _ -> {});
    private final ChannelSocketProvider socketProvider = new ChannelSocketProvider();
    private Runner runner;
    private AcceptGate acceptLimit;

    @BeforeEach
    void start() throws Exception {
        Protocol silent = (_, _) -> {};
        runner = LoopRunner.open(1, new SocketBackend(_ -> new SelectorMultiplexer(), socketProvider, false),
                new ServerProvider.Setup(List.of(STREAM), Model.nio(1), new ServerProvider.Events(() -> silent), null,
                        options, null, List.of(), List.of(), List.of(), null),
                context);
        acceptLimit = new AcceptGate(runner.loops().getFirst(), _ -> {});
        runner.start(_ -> {});
    }

    @AfterEach
    void stop() {
        runner.stop();
    }

    private static void assertRefused(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(AssertionError.class).hasMessageContaining(" is owned by its own thread");
    }

    @Test
    void theAcceptor() throws Exception {
        Listener listener = socketProvider.listen(STREAM, options.sockets());
        try {
            Acceptor acceptor = new Acceptor(runner.loops().getFirst(), listener, new RejectingHandler(), acceptLimit,
                    new AcceptRateLimit(runner.loops().getFirst(), context, () -> {}), events, () -> {});
            assertRefused(acceptor::arm);
            assertRefused(() -> acceptor.ready(Multiplexer.READ));
            assertRefused(acceptor::pauseEnds);
            assertRefused(() -> acceptor.close(true));
        } finally {
            listener.close();
        }
    }

    @Test
    void theDatagramService() throws Exception {
        DatagramPort port = socketProvider.bind(DATAGRAMS, options.sockets());
        try {
            DatagramDriver service = new DatagramDriver(runner, port, DATAGRAMS, (_, _) -> {}, context, acceptLimit,
                    new ServerCounters(), new NoTaken());
            assertRefused(service::arm);
            assertRefused(() -> service.ready(Multiplexer.READ));
        } finally {
            port.close();
        }
    }

    @Test
    void theAcceptLimit() {
        assertRefused(acceptLimit::any);
        assertRefused(acceptLimit::used);
        assertRefused(acceptLimit::none);
    }

    @Test
    void theChoiceOfALoop() {
        ScriptedSocket socket = new ScriptedSocket();
        var identity = new Conversation.Identity(1, socket.peer(), socket.local(), STREAM);
        assertRefused(() -> runner.prepare(socket, identity));
    }

    private static final class RejectingHandler implements AcceptHandler {
        @Override
        public boolean hasRoom() {
            return false;
        }

        @Override
        public void take(StreamSocket socket, Listener listener) {
            throw new AssertionError("no client connects");
        }
    }

    private static final class NoTaken implements DatagramObserver {
        @Override
        public void answer(RequestResult how) {
            throw new AssertionError("no datagram is sent");
        }

        @Override
        public void datagramBegan() {
            throw new AssertionError("no datagram is sent");
        }

        @Override
        public void datagramEnded() {
            throw new AssertionError("no datagram is sent");
        }
    }
}
