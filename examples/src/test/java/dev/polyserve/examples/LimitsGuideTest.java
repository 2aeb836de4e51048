package dev.polyserve.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.ConnectionFilter;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Handler;
import dev.polyserve.Limit;
import dev.polyserve.OnFull;
import dev.polyserve.Options;
import dev.polyserve.Server;
import dev.polyserve.ServerListener;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/// Runs the snippets of `docs/guide/limits.md`.
class LimitsGuideTest {
    private static final String ANY_PORT = "tcp://127.0.0.1:0";

    private final Handler echo = client -> {
        for (String line; (line = client.readLine()) != null;) {
            client.writeLine(line);
        }
    };

    /// Signals a rejection after it was counted.
    private static ServerListener tells(BlockingQueue<Long> rejected) {
        return new ServerListener() {
            @Override
            public void rejected(ConnectionInfo connection, Optional<Limit> limit) {
                rejected.add(connection.id());
            }
        };
    }

    @Test
    void optionsChangeWhatTheyName() throws Exception {
        BlockingQueue<Long> rejected = new LinkedBlockingQueue<>();
        ServerListener listener = tells(rejected);
        String endpoint = ANY_PORT;
        Handler handler = echo;
        // region options
        Server server = Server.at(endpoint)
                .options(o -> o
                        .withOnFull(OnFull.REJECT)
                        .withLimits(limits -> limits.withConnections(500).withConnectionsPerAddress(2))
                        .withTimeouts(
                                times -> times.withFirstByte(Duration.ofSeconds(5)).withIdle(Duration.ofMinutes(1))))
                .listener(listener)
                .handle(handler)
                .start();
        // endregion
        try (server; Client first = Client.of(server); Client second = Client.of(server)) {
            assertThat(first.send("1\n").line()).isEqualTo("1");
            assertThat(second.send("2\n").line()).isEqualTo("2");
            try (Client third = Client.of(server)) {
                assertThat(third.rest()).as("the third from one address").isEmpty();
            }
            assertThat(rejected.take()).isEqualTo(3);
            // region stats
            long turnedAway = server.stats().rejected();
            long tooManyFromOne = server.stats().reached().getOrDefault(Limit.CONNECTIONS_PER_ADDRESS, 0L);
            // endregion
            assertThat(turnedAway).isEqualTo(1);
            assertThat(tooManyFromOne).isEqualTo(1);
        }
    }

    @Test
    void filtersDecideWhichConnectionsAreServed() throws Exception {
        // region filter
        ConnectionFilter onlyThisMachine = connection -> connection.peer() instanceof InetSocketAddress peer
                && peer.getAddress().isLoopbackAddress();
        // endregion
        ConnectionFilter none = _ -> {
            throw new IllegalStateException("no");
        };
        try (Server server = Server.at(ANY_PORT).filter(onlyThisMachine).handle(echo).start();
                Client client = Client.of(server)) {
            assertThat(client.send("a\n").line()).isEqualTo("a");
        }
        BlockingQueue<Long> rejected = new LinkedBlockingQueue<>();
        try (Server server = Server.at(ANY_PORT).filter(none).listener(tells(rejected)).handle(echo).start();
                Client client = Client.of(server)) {
            assertThat(client.rest()).isEmpty();
            assertThat(rejected.take()).isEqualTo(1);
            assertThat(server.stats().rejected()).isEqualTo(1);
        }
    }

    @Test
    void aLimitIsTheCauseOfTheEnd() throws Exception {
        BlockingQueue<Cause> causes = new LinkedBlockingQueue<>();
        ServerListener listener = new ServerListener() {
            @Override
            public void accepted(ConnectionFuture connection) {
                connection.onDone(over -> over.outcome().ifPresent(causes::add));
            }
        };
        Options small = Options.defaults().withLimits(l -> l.withFrameBytes(10)).withIdleTimeout(Duration.ofMillis(50));
        try (Server server = Server.at(ANY_PORT).options(small).listener(listener).handle(echo).start()) {
            try (Client client = Client.of(server)) {
                client.send("longer than ten bytes\n").rest();
                assertThat(causes.take()).isEqualTo(new Cause.LimitReached(Limit.FRAME));
            }
            try (Client client = Client.of(server)) {
                client.send("short\n").rest();
                assertThat(causes.take()).isEqualTo(new Cause.TimedOut(Limit.IDLE));
            }
        }
    }
}
