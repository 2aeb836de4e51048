package dev.polyserve.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Options;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerContext;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The shutdown of a server with one connection that does not end by itself.
@Timeout(60)
class ServerShutdownTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final ServerContext context = new ServerContext(Options.defaults(), new ServerListener() {},
            NanoClock.SYSTEM, _ -> {});
    private final LiveConnections live = new LiveConnections(() -> {});
    private final AtomicBoolean released = new AtomicBoolean();

    /// The moment at which another deadline arrives.
    enum Moment {
        BEFORE, WHILE_LISTENERS_CLOSE, WHILE_CONNECTIONS_END
    }

    @ParameterizedTest
    @EnumSource
    void aNearerDeadlineHoldsWheneverItComes(Moment moment) throws InterruptedException {
        live.expects();
        var shutdown = new ServerShutdown(context, live, () -> released.set(true));
        if (moment == Moment.BEFORE) {
            shutdown.notLaterThan(Duration.ZERO);
        }
        shutdown.begin(LONG);
        if (moment == Moment.WHILE_CONNECTIONS_END) {
            shutdown.listenersClosed();
        }
        shutdown.notLaterThan(Duration.ZERO);
        shutdown.notLaterThan(LONG);
        shutdown.listenersClosed();
        shutdown.awaitOver();
        assertThat(released).isTrue();
    }

    @Test
    void theLastConnectionEndsIt() throws InterruptedException {
        live.expects();
        var shutdown = new ServerShutdown(context, live, () -> released.set(true));
        shutdown.begin(LONG);
        shutdown.listenersClosed();
        live.expectsNoMore();
        shutdown.awaitOver();
        assertThat(released).isTrue();
    }

    @Test
    void itIsOverAlsoWhenWhatItReleasesFails() throws InterruptedException {
        var shutdown = new ServerShutdown(context, live, () -> {
            released.set(true);
            throw new IllegalStateException("pretended");
        });
        shutdown.begin(LONG);
        shutdown.listenersClosed();
        shutdown.awaitOver();
        assertThat(released).isTrue();
    }
}
