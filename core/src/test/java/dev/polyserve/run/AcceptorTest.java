package dev.polyserve.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.AcceptException;
import dev.polyserve.io.Listener;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.loop.FakeMultiplexer;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The acceptor with a listener that fails on demand. It uses no thread: the test performs the turns of the loop.
class AcceptorTest {
    private final Deque<Throwable> failures = new ArrayDeque<>();
    private final Events events = new Events();
    private final FakeMultiplexer multiplexer = new FakeMultiplexer();
    private final FailingListener listener = new FailingListener();
    private final EventLoop loop = new EventLoop("test", multiplexer, NanoClock.SYSTEM, true, false, 0, error -> {
        throw new AssertionError(error);
    });
    private final ServerContext context = new ServerContext(Options.defaults(), events, NanoClock.SYSTEM, _ -> {
    });
    private final AcceptGate acceptLimit = new AcceptGate(loop, _ -> {});
    private final Acceptor acceptor = new Acceptor(loop, listener, new AcceptHandler() {
        @Override
        public boolean hasRoom() {
            return true;
        }

        @Override
        public void take(StreamSocket socket, Listener from) {
            throw new AssertionError("no socket is made here");
        }
    }, acceptLimit, new AcceptRateLimit(loop, context, () -> {
        throw new AssertionError("the rate is not limited here");
    }), events, () -> events.told.add("nothing is left"));

    AcceptorTest() {
        acceptLimit.unlimited();
        acceptor.arm();
    }

    @Test
    void shouldPauseWhenDescriptorsRunOutInsteadOfSpinning() {
        failures.add(new IOException("Too many open files"));
        acceptor.ready(Multiplexer.READ);
        assertThat(events.told).containsExactly("failed, again in 5 ms");
        assertThat(multiplexer.interest()).as("not watched during the pause").isZero();
        acceptor.arm();
        assertThat(multiplexer.interest()).as("nor when there is room again meanwhile").isZero();
    }

    @Test
    void shouldResumeThoughThePauseItselfLacksMemory() {
        failures.add(new OutOfMemoryError("pretended"));
        multiplexer.lacksMemory(1);
        assertThatThrownBy(() -> acceptor.ready(Multiplexer.READ)).isInstanceOf(OutOfMemoryError.class);
        multiplexer.lacksMemory(1);
        acceptor.pauseEnds();
        acceptor.pauseEnds();
        assertThat(multiplexer.interest()).isEqualTo(Multiplexer.READ);
        failures.add(new IOException("Too many open files"));
        acceptor.ready(Multiplexer.READ);
        assertThat(multiplexer.interest()).as("not watched during the pause").isZero();
        acceptor.pauseEnds();
        assertThat(multiplexer.interest()).isEqualTo(Multiplexer.READ);
    }

    @Test
    void shouldPauseLongerEachTimeUpToASecond() {
        for (int i = 0; i < 10; i++) {
            failures.add(new OutOfMemoryError("pretended"));
            acceptor.ready(Multiplexer.READ);
        }
        assertThat(events.told).containsExactly("failed, again in 5 ms", "failed, again in 10 ms",
                "failed, again in 20 ms",
                "failed, again in 40 ms", "failed, again in 80 ms", "failed, again in 160 ms",
                "failed, again in 320 ms",
                "failed, again in 640 ms", "failed, again in 1000 ms", "failed, again in 1000 ms");
    }

    @Test
    void shouldGiveUpAListenerThatIsNoneAnyMore() {
        for (int i = 0; i < 5; i++) {
            assertThat(listener.open).isTrue();
            failures.add(failed(AcceptException.Concerned.LISTENER));
            acceptor.ready(Multiplexer.READ);
        }
        assertThat(events.told).hasSize(6).endsWith("down", "nothing is left");
        assertThat(listener.open).isFalse();
        assertThat(multiplexer.forgotten()).isTrue();
    }

    @Test
    void shouldNotGiveUpWhenSomethingElseFailsInBetween() {
        for (int i = 0; i < 20; i++) {
            failures.add(failed(i % 4 == 3
                    ? AcceptException.Concerned.CONNECTION
                    : AcceptException.Concerned.LISTENER));
            acceptor.ready(Multiplexer.READ);
        }
        assertThat(listener.open).isTrue();
    }

    @Test
    void shouldGiveUpAListenerOfTheJdkThatOnlyFailsThoughTheProcessCanOpenSockets() {
        for (int i = 0; i < 16; i++) {
            assertThat(listener.open).isTrue();
            failures.add(failed(AcceptException.Concerned.CONNECTION_OR_LISTENER));
            acceptor.ready(Multiplexer.READ);
        }
        assertThat(events.told).hasSize(17).endsWith("down", "nothing is left");
        assertThat(listener.open).isFalse();
    }

    @Test
    void shouldNotGiveUpAListenerOfTheJdkThatFindsItsBacklogEmptyOrTheSystemExhausted() {
        for (int i = 0; i < 60; i++) {
            if (i % 15 != 14) {
                failures.add(failed(AcceptException.Concerned.CONNECTION_OR_LISTENER));
            } else if (i % 2 == 0) {
                failures.add(new IOException("in some language"));
            }
            acceptor.ready(Multiplexer.READ);
        }
        assertThat(events.told).doesNotContain("down");
        assertThat(listener.open).isTrue();
    }

    /// The failure may concern the only waiting client. Then no event arrives until the next client connects.
    @Test
    void shouldAskAListenerOfTheJdkAgainAfterThePauseThoughNoneWaits() {
        failures.add(failed(AcceptException.Concerned.CONNECTION_OR_LISTENER));
        failures.add(failed(AcceptException.Concerned.CONNECTION_OR_LISTENER));
        acceptor.ready(Multiplexer.READ);
        acceptor.pauseEnds();
        assertThat(events.told).containsExactly("failed, again in 5 ms", "failed, again in 10 ms");
        acceptor.pauseEnds();
        assertThat(multiplexer.interest()).as("its backlog is empty").isEqualTo(Multiplexer.READ);
    }

    @Test
    void shouldGoOnAtOnceAfterTheErrorOfOneConnection() {
        failures.add(failed(AcceptException.Concerned.CONNECTION));
        acceptor.ready(Multiplexer.READ);
        assertThat(events.told).containsExactly("failed, again in 0 ms");
        assertThat(multiplexer.interest()).isEqualTo(Multiplexer.READ);
    }

    /// The text of an error decides nothing, because it depends on the user's language.
    @Test
    void shouldPauseAfterAnErrorOfWhichOnlyTheTextIsKnown() {
        for (String text : List.of("Software caused connection abort", "Bad file descriptor", "Connexion perdue")) {
            for (int i = 0; i < 6; i++) {
                failures.add(new IOException(text));
                acceptor.ready(Multiplexer.READ);
            }
        }
        assertThat(events.told).hasSize(18).doesNotContain("down", "failed, again in 0 ms");
        assertThat(listener.open).isTrue();
    }

    private static AcceptException failed(AcceptException.Concerned what) {
        return new AcceptException(what, new IOException("in some language"));
    }

    @Test
    void shouldTakeAnEmptyBacklogForNothingSpecial() {
        acceptor.ready(Multiplexer.READ);
        assertThat(events.told).isEmpty();
        assertThat(multiplexer.interest()).isEqualTo(Multiplexer.READ);
    }

    /// Throws the next failure, or has nothing to accept.
    private final class FailingListener implements Listener {
        private boolean open = true;

        @Override
        public @Nullable StreamSocket accept() throws IOException {
            return switch (failures.poll()) {
                case IOException e -> throw e;
                case Error e -> throw e;
                case null, default -> null;
            };
        }

        @Override
        public Endpoint endpoint() {
            return new Endpoint.Tcp("127.0.0.1", 1);
        }

        @Override
        public SocketAddress address() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() {
            open = false;
        }
    }

    /// Records the events.
    private static final class Events implements ServerListener {
        private final List<String> told = new ArrayList<>();

        @Override
        public void acceptFailed(Endpoint endpoint, Throwable error, Duration retryAfter) {
            told.add("failed, again in " + retryAfter.toMillis() + " ms");
        }

        @Override
        public void listenerDown(Endpoint endpoint, Throwable error) {
            told.add("down");
        }
    }
}
