package dev.polyserve.cli.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Endpoint;
import dev.polyserve.Tls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.jspecify.annotations.Nullable;

/// Which upstreams a client may have, and what stays when they change.
class UpstreamTableTest {
    private static final String A = "tcp://10.0.0.1:80";
    private static final String B = "tcp://10.0.0.2:80";
    private static final String C = "unix:/run/c.sock";

    private final AtomicLong nanos = new AtomicLong();

    private static ReverseProxyOptions options(List<String> upstreams, String... routes) {
        return new ReverseProxyOptions(upstreams.stream().map(Endpoint::parse).toList(),
                Stream.of(routes).map(SniRoute::parse).toList(), BalancingMethod.ROUND_ROBIN, 2,
                new UpstreamHealthOptions(Duration.ZERO, 1, 1, Duration.ZERO), 0, Tls.client(), Duration.ofSeconds(1),
                Duration.ofSeconds(1));
    }

    private UpstreamTable table(@Nullable UpstreamTable before, List<String> upstreams, String... routes) {
        return UpstreamTable.of(options(upstreams, routes), before, nanos::get);
    }

    private static List<String> endpoints(UpstreamGroup group) {
        return group.servers().stream().map(each -> each.endpoint().toString()).toList();
    }

    /// All that a client is given one after the other, as long as none is reached.
    private static List<String> tried(UpstreamGroup group) {
        List<UpstreamServer> tried = new ArrayList<>();
        for (UpstreamServer next; (next = group.choose(1, tried)) != null;) {
            tried.add(next);
        }
        return tried.stream().map(each -> each.endpoint().toString()).toList();
    }

    private static UpstreamServer server(UpstreamTable table, String endpoint) {
        return table.servers().stream().filter(each -> each.endpoint().toString().equals(endpoint)).findFirst()
                .orElseThrow();
    }

    @Test
    void upstreamsThatAreUpComeFirst() {
        UpstreamTable table = table(null, List.of(A, B, C));
        assertThat(tried(table.others())).containsExactlyInAnyOrder(A, B, C);
        assertThat(server(table, B).health().failed()).isTrue();
        for (int i = 0; i < 5; i++) {
            assertThat(tried(table.others())).hasSize(3).endsWith(B);
        }
        nanos.addAndGet(UpstreamHealth.RETRY_AFTER.toNanos());
        assertThat(tried(table.others())).as("one client tries it again").startsWith(B);
        assertThat(tried(table.others())).endsWith(B);
    }

    @Test
    void onlyTheFirstAttemptOfAClientIsATrial() {
        UpstreamTable table = table(null, List.of(A, B, C));
        for (String down : List.of(A, B)) {
            assertThat(server(table, down).health().failed()).isTrue();
        }
        nanos.addAndGet(UpstreamHealth.RETRY_AFTER.toNanos());
        assertThat(tried(table.others())).containsExactly(A, C, B);
        assertThat(tried(table.others())).as("the next client tries the other").startsWith(B, C);
    }

    @Test
    void withoutAnyThatIsUpTheOthersAreTried() {
        UpstreamTable table = table(null, List.of(A, B));
        table.servers().forEach(each -> assertThat(each.health().failed()).isTrue());
        assertThat(tried(table.others())).containsExactlyInAnyOrder(A, B);
    }

    @Test
    void anUpstreamThatStaysKeepsItsHealthAndFigures() {
        UpstreamTable before = table(null, List.of(A, B));
        assertThat(server(before, B).health().failed()).isTrue();
        server(before, B).figures().chosen();
        UpstreamTable after = table(before, List.of(B, C));
        assertThat(server(after, B).status()).extracting(UpstreamStatus::state, UpstreamStatus::active)
                .containsExactly("down", 1L);
        assertThat(server(after, C).health().isUp()).isTrue();
        assertThat(after.servers()).hasSize(2);
    }

    @Test
    void namesHaveUpstreamsOfTheirOwn() {
        UpstreamTable table = table(null, List.of(A), "www.example.com=" + B, "WWW.example.com=" + C,
                "*.example.com=" + C);
        assertThat(table.routesByName()).isTrue();
        assertThat(endpoints(table.named("www.example.com"))).containsExactly(B, C);
        assertThat(endpoints(table.named("mail.example.com"))).containsExactly(C);
        assertThat(endpoints(table.named("a.b.example.com"))).as("one label only").containsExactly(A);
        assertThat(endpoints(table.named("example.com"))).containsExactly(A);
        assertThat(endpoints(table.named("localhost"))).containsExactly(A);
        assertThat(table(null, List.of(A)).routesByName()).isFalse();
    }

    @Test
    void routesAloneLeaveNothingForOthers() {
        UpstreamTable table = table(null, List.of(), "www.example.com=" + B);
        assertThat(table.others().choose(1, List.of())).isNull();
    }
}
