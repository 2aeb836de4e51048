package dev.polyserve.cli.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.polyserve.Client;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Which upstream a client gets.
class UpstreamBalancerTest {
    private static final int CLIENTS = 12_000;
    private static final UpstreamHealthOptions SLOW = new UpstreamHealthOptions(Duration.ZERO, 1, 1,
            Duration.ofSeconds(10));

    private final AtomicLong nanos = new AtomicLong();
    private final List<UpstreamServer> servers = IntStream.rangeClosed(1, 4).mapToObj(this::server).toList();

    private UpstreamServer server(int number) {
        return new UpstreamServer(Client.to("tcp://10.0.0." + number + ":80"),
                new UpstreamHealth(SLOW, nanos::get), new UpstreamCounters());
    }

    /// How many of the clients each upstream gets, in the order of the upstreams.
    private List<Integer> shares(UpstreamBalancer balancer, List<UpstreamServer> among) {
        Map<UpstreamServer, Integer> counts = new HashMap<>();
        for (int client = 0; client < CLIENTS; client++) {
            counts.merge(balancer.choose(among, client), 1, Integer::sum);
        }
        return servers.stream().map(each -> counts.getOrDefault(each, 0)).toList();
    }

    private static void downAndUpAgain(UpstreamServer server) {
        assertThat(server.health().failed()).isTrue();
        assertThat(server.health().succeeded()).isTrue();
    }

    @Test
    void inTurnAllGetTheSame() {
        UpstreamBalancer balancer = BalancingMethod.named("round-robin").balancer();
        assertThat(shares(balancer, servers)).containsExactly(3_000, 3_000, 3_000, 3_000);
        assertThat(shares(balancer, servers.subList(1, 4))).containsExactly(0, 4_000, 4_000, 4_000);
    }

    @Test
    void theFewestConnectionsWin() {
        UpstreamBalancer balancer = BalancingMethod.named("least-connections").balancer();
        List<UpstreamServer> chosen = new ArrayList<>();
        for (int client = 0; client < 8; client++) {
            UpstreamServer next = balancer.choose(servers, client);
            next.figures().chosen();
            chosen.add(next);
        }
        assertThat(servers).allMatch(each -> each.figures().open() == 2);
        UpstreamServer free = servers.get(2);
        free.figures().notConnected(false);
        free.figures().notConnected(false);
        assertThat(balancer.choose(servers, 0)).isEqualTo(free);
        free.figures().chosen();
        assertThat(balancer.choose(servers, 0)).isEqualTo(free);
        assertThat(chosen).hasSize(8);
    }

    @Test
    void aLostUpstreamMovesOnlyItsOwnClients() {
        UpstreamBalancer balancer = BalancingMethod.named("hash").balancer();
        List<UpstreamServer> others = servers.subList(1, 4);
        int moved = 0;
        for (int client = 0; client < CLIENTS; client++) {
            UpstreamServer before = balancer.choose(servers, client);
            UpstreamServer after = balancer.choose(others, client);
            if (before.equals(servers.getFirst())) {
                moved++;
            } else {
                assertThat(after).isEqualTo(before);
            }
        }
        assertThat(moved).isBetween(2_700, 3_300);
        assertThat(shares(balancer, servers)).allMatch(count -> count > 2_700 && count < 3_300);
        assertThat(shares(balancer, others).subList(1, 4)).as("the lost one's clients are spread")
                .allMatch(count -> count > 3_600 && count < 4_400);
    }

    @ParameterizedTest
    @EnumSource(BalancingMethod.class)
    void anUpstreamThatCameBackHasAGrowingShare(BalancingMethod balance) {
        UpstreamBalancer balancer = balance.balancer();
        UpstreamServer slow = servers.getFirst();
        downAndUpAgain(slow);
        int least = counted(balancer, slow);
        nanos.addAndGet(Duration.ofSeconds(5).toNanos());
        int half = counted(balancer, slow);
        nanos.addAndGet(Duration.ofSeconds(5).toNanos());
        int all = counted(balancer, slow);
        // Of 400 clients among four: one in 31, one in 7, one in 4.
        assertThat(least).isBetween(3, 30);
        assertThat(half).isBetween(40, 75);
        assertThat(all).isBetween(80, 125);
    }

    private int counted(UpstreamBalancer balancer, UpstreamServer which) {
        int before = which.figures().open();
        for (int client = 0; client < 400; client++) {
            balancer.choose(servers, client).figures().chosen();
        }
        int got = which.figures().open() - before;
        servers.forEach(each -> {
            while (each.figures().open() > 0) {
                each.figures().notConnected(false);
            }
        });
        return got;
    }

    @Test
    void allInSlowStartStillServe() {
        servers.forEach(UpstreamBalancerTest::downAndUpAgain);
        assertThat(shares(BalancingMethod.ROUND_ROBIN.balancer(), servers)).allMatch(count -> count > 2_000);
    }

    @Test
    void anotherNameIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> BalancingMethod.named("random"))
                .withMessage("it must be round-robin, least-connections or hash");
    }
}
