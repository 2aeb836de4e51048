package dev.polyserve.lab.recording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.lab.recording.LabEvent.Lane;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What two processes tell of a connection is recorded once, and samples count the connections.
class ConnectionStateTrackerTest {
    private static final Lane LANE = new Lane(0, 1, 0);
    private final ConnectionStateTracker states = new ConnectionStateTracker();

    @Test
    void aConnectionIsAcceptedAndClosedOnce() {
        assertThat(follow(LabEventKind.ACCEPTED)).isEqualTo(LabEventKind.ACCEPTED);
        assertThat(follow(LabEventKind.ACCEPTED)).isNull();
        assertThat(follow(LabEventKind.TURN)).isEqualTo(LabEventKind.TURN);
        assertThat(follow(LabEventKind.CLOSED)).isEqualTo(LabEventKind.CLOSED);
        assertThat(follow(LabEventKind.CLOSED)).isNull();
    }

    @Test
    void oneThatEndsWithoutATurnWasRefused() {
        assertThat(follow(LabEventKind.ACCEPTED)).isEqualTo(LabEventKind.ACCEPTED);
        assertThat(follow(LabEventKind.CLOSED)).isEqualTo(LabEventKind.REFUSED);
    }

    @Test
    void oneThatIsRefusedEndsOnce() {
        assertThat(follow(LabEventKind.ACCEPTED)).isEqualTo(LabEventKind.ACCEPTED);
        assertThat(follow(LabEventKind.REFUSED)).isEqualTo(LabEventKind.REFUSED);
        assertThat(follow(LabEventKind.CLOSED)).isNull();
    }

    @Test
    void samplesCountConnectionsAndAnswers() {
        assertThat(sample().connections()).isEqualTo(LabServerSample.Connections.UNKNOWN);
        follow(LabEventKind.ACCEPTED);
        assertThat(sample().connections())
                .isEqualTo(new LabServerSample.Connections(OptionalLong.of(1), OptionalLong.of(1)));
        follow(LabEventKind.TURN);
        assertThat(states.follow(LabEvent.ofClient(2, LANE, LabEventKind.ANSWERED, 5, ""))).isPresent();
        assertThat(sample().connections())
                .isEqualTo(new LabServerSample.Connections(OptionalLong.of(1), OptionalLong.of(0)));
        assertThat(sample().requests()).isEqualTo(1);
    }

    private LabServerSample sample() {
        LabServerSample asked = new LabServerSample(3, 0, OptionalLong.empty(), LabServerSample.Connections.UNKNOWN, 0,
                new LabServerSample.Processes(1, 1, 1, 0, OptionalLong.empty()));
        return (LabServerSample) states.follow(asked).orElseThrow();
    }

    private @Nullable LabEventKind follow(LabEventKind kind) {
        return states.follow(new LabEvent(1, LANE, kind, 0, 1, 1, "main", ""))
                .map(item -> ((LabEvent) item).kind()).orElse(null);
    }
}
