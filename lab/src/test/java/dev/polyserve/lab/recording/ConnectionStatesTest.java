package dev.polyserve.lab.recording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.lab.recording.LabEvent.Lane;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/// What two processes tell of a connection is recorded once, and samples count the connections.
class ConnectionStatesTest {
    private static final Lane LANE = new Lane(0, 1, 0);
    private final ConnectionStates states = new ConnectionStates();

    @Test
    void aConnectionIsAcceptedAndClosedOnce() {
        assertThat(follow(EventKind.ACCEPTED)).isEqualTo(EventKind.ACCEPTED);
        assertThat(follow(EventKind.ACCEPTED)).isNull();
        assertThat(follow(EventKind.TURN)).isEqualTo(EventKind.TURN);
        assertThat(follow(EventKind.CLOSED)).isEqualTo(EventKind.CLOSED);
        assertThat(follow(EventKind.CLOSED)).isNull();
    }

    @Test
    void oneThatEndsWithoutATurnWasRefused() {
        assertThat(follow(EventKind.ACCEPTED)).isEqualTo(EventKind.ACCEPTED);
        assertThat(follow(EventKind.CLOSED)).isEqualTo(EventKind.REFUSED);
    }

    @Test
    void oneThatIsRefusedEndsOnce() {
        assertThat(follow(EventKind.ACCEPTED)).isEqualTo(EventKind.ACCEPTED);
        assertThat(follow(EventKind.REFUSED)).isEqualTo(EventKind.REFUSED);
        assertThat(follow(EventKind.CLOSED)).isNull();
    }

    @Test
    void samplesCountConnectionsAndAnswers() {
        assertThat(sample().connections()).isEqualTo(Sample.Connections.UNKNOWN);
        follow(EventKind.ACCEPTED);
        assertThat(sample().connections())
                .isEqualTo(new Sample.Connections(OptionalLong.of(1), OptionalLong.of(1)));
        follow(EventKind.TURN);
        assertThat(states.follow(LabEvent.ofClient(2, LANE, EventKind.ANSWERED, 5, ""))).isPresent();
        assertThat(sample().connections())
                .isEqualTo(new Sample.Connections(OptionalLong.of(1), OptionalLong.of(0)));
        assertThat(sample().requests()).isEqualTo(1);
    }

    private Sample sample() {
        Sample asked = new Sample(3, 0, OptionalLong.empty(), Sample.Connections.UNKNOWN, 0,
                new Sample.Processes(1, 1, 1, 0, OptionalLong.empty()));
        return (Sample) states.follow(asked).orElseThrow();
    }

    private EventKind follow(EventKind kind) {
        return states.follow(new LabEvent(1, LANE, kind, 0, 1, 1, "main", ""))
                .map(item -> ((LabEvent) item).kind()).orElse(null);
    }
}
