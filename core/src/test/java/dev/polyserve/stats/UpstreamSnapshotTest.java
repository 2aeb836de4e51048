package dev.polyserve.stats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Endpoint;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The figures of upstreams of several processes.
class UpstreamSnapshotTest {
    private static final Endpoint A = Endpoint.parse("tcp://10.0.0.1:80");
    private static final Endpoint B = Endpoint.parse("unix:/run/b.sock");

    private static UpstreamSnapshot one(Endpoint endpoint, boolean up) {
        return new UpstreamSnapshot(endpoint, 1, up ? 1 : 0, 2, 3, 4, 5, 6);
    }

    @Test
    void shouldAddThoseOfTheSameEndpoint() {
        List<UpstreamSnapshot> sums = UpstreamSnapshot.together(List.of(one(A, true), one(B, true)),
                List.of(one(B, false)));
        assertThat(sums).containsExactly(one(A, true), new UpstreamSnapshot(B, 2, 1, 4, 6, 8, 10, 12));
        assertThat(sums).extracting(UpstreamSnapshot::state).containsExactly("up", "up in 1 of 2");
        assertThat(one(A, false).state()).isEqualTo("down");
    }

    @Test
    void shouldKeepWhatEndedProcessesHaveCounted() {
        UpstreamSnapshot ended = one(A, true).afterEnd();
        assertThat(UpstreamSnapshot.together(List.of(ended), List.of(one(A, true))))
                .containsExactly(new UpstreamSnapshot(A, 1, 1, 2, 6, 8, 10, 12));
        var figures = new ServingProcessStats(0, 0, 0, 0, 0, List.of(), TlsSnapshot.none(),
                List.of(ended, one(B, true)));
        assertThat(figures.withUpstreamsInUse().upstreams()).as("without those that no process has any more")
                .containsExactly(one(B, true));
    }
}
