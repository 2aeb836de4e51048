package dev.polyserve.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.Options;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.Listener;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.loop.FakeMultiplexer;
import dev.polyserve.loop.Multiplexer;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// The rate of accepting, with a clock that is advanced by hand.
class AcceptRateLimitTest {
    private final AtomicLong clock = new AtomicLong(-5);
    private final List<Limit> reached = new ArrayList<>();
    private final AtomicInteger resumed = new AtomicInteger();
    private final FakeMultiplexer multiplexer = new FakeMultiplexer();
    private final EventLoop loop = new EventLoop("test", multiplexer, clock::get, true, false, 0, error -> {
        throw new AssertionError(error);
    });
    private final ServerContext context = new ServerContext(Options.defaults(), new ServerListener() {
        @Override
        public void limitReached(Limit limit) {
            reached.add(limit);
        }
    }, clock::get, _ -> {
    });
    private final AcceptRateLimit rate = new AcceptRateLimit(loop, context, resumed::incrementAndGet);

    private void perSecond(int most) {
        assertThat(context.replace(context.options(),
                context.options().withLimits(limits -> limits.withAcceptsPerSecond(most)))).isTrue();
    }

    private void pass(long millis) {
        clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    /// Accepts as many as are allowed now.
    private int accepted() {
        int count = 0;
        for (; count < 10_000 && rate.allows(); count++) {
            rate.used();
        }
        return count;
    }

    @Test
    void thereIsNoneByDefault() {
        assertThat(accepted()).isEqualTo(10_000);
        assertThat(reached).isEmpty();
    }

    @Test
    void aTenthOfASecondsConnectionsComeAtOnceAndTheOthersEvenly() {
        perSecond(100);
        assertThat(accepted()).isEqualTo(10);
        for (int hundredth = 0; hundredth < 100; hundredth++) {
            assertThat(accepted()).isZero();
            pass(10);
            assertThat(accepted()).isEqualTo(1);
        }
    }

    @Test
    void aTimerThatIsLateLosesNone() {
        perSecond(100);
        assertThat(accepted()).isEqualTo(10);
        pass(73);
        assertThat(accepted()).isEqualTo(7);
        pass(7);
        assertThat(accepted()).isEqualTo(1);
    }

    @Test
    void aPauseSavesNoMoreThanATenthOfASecond() {
        perSecond(100);
        pass(60_000);
        assertThat(accepted()).isEqualTo(10);
    }

    @Test
    void oneASecondComesOneByOne() {
        perSecond(1);
        assertThat(accepted()).isEqualTo(1);
        pass(999);
        assertThat(accepted()).isZero();
        pass(1);
        assertThat(accepted()).isEqualTo(1);
    }

    @Test
    void itIsCountedOncePerWaitAndResumes() {
        perSecond(10);
        assertThat(accepted()).isEqualTo(1);
        assertThat(rate.allows()).isFalse();
        assertThat(rate.allows()).isFalse();
        assertThat(reached).containsExactly(Limit.ACCEPT_RATE);
        pass(100);
        rate.resume();
        assertThat(resumed).hasValue(1);
        assertThat(accepted()).isEqualTo(1);
        assertThat(reached).hasSize(2);
    }

    @Test
    void theAcceptorStopsWatchingItsListenerUntilTheWaitEnds() {
        perSecond(10);
        AtomicReference<Runnable> arm = new AtomicReference<>(() -> {
        });
        AcceptRateLimit limited = new AcceptRateLimit(loop, context, () -> arm.get().run());
        AcceptGate acceptLimit = new AcceptGate(loop, _ -> {});
        acceptLimit.unlimited();
        Taking taking = new Taking();
        Acceptor acceptor = new Acceptor(loop, new Endless(), taking, acceptLimit, limited, new ServerListener() {},
                () -> {});
        arm.set(acceptor::arm);
        acceptor.arm();
        assertThat(multiplexer.interest()).isEqualTo(Multiplexer.READ);
        acceptor.ready(Multiplexer.READ);
        // A turn takes as many connections as it expects, one at first, and the multiplexer reports those that are left.
        acceptor.ready(Multiplexer.READ);
        assertThat(taking.taken).isEqualTo(1);
        assertThat(multiplexer.interest()).isZero();
        pass(100);
        limited.resume();
        assertThat(multiplexer.interest()).isEqualTo(Multiplexer.READ);
        acceptor.ready(Multiplexer.READ);
        assertThat(taking.taken).isEqualTo(2);
    }

    /// Counts connections.
    private static final class Taking implements AcceptHandler {
        private int taken;

        @Override
        public boolean hasRoom() {
            return true;
        }

        @Override
        public void take(StreamSocket socket, Listener listener) {
            taken++;
        }
    }

    /// Always has another connection.
    private static final class Endless implements Listener {
        @Override
        public StreamSocket accept() {
            return (StreamSocket) Proxy.newProxyInstance(AcceptRateLimitTest.class.getClassLoader(),
                    new Class<?>[]{StreamSocket.class}, (_, method, _) -> {
                        throw new AssertionError("nothing uses this socket, but " + method + " was called");
                    });
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
            return true;
        }

        @Override
        public void close() {
            // It is always open.
        }
    }

    @Test
    void aChangeAppliesAtOnce() {
        perSecond(1);
        assertThat(accepted()).isEqualTo(1);
        perSecond(1000);
        pass(1000);
        assertThat(accepted()).isEqualTo(100);
        perSecond(0);
        assertThat(accepted()).isEqualTo(10_000);
    }
}
