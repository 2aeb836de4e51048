package dev.polyserve.lab.recording;

import dev.polyserve.lab.recording.LabEvent.Lane;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Tracks the state of each connection by the events of a run, leaves out what two processes tell of the same
/// connection, and counts.
///
/// ```
///   connected ─▶ accepted ──turn──▶ served ──closed──▶ over
///                   └──closed, refused: it was refused──▲
/// ```
///
/// **Thread**: one.
public final class ConnectionStateTracker {
    private enum State {
        ACCEPTED, SERVED, OVER
    }

    private final Map<Lane, State> states = new HashMap<>();
    private final Map<Integer, Long> answered = new HashMap<>();
    /// The servers whose events come.
    private final Set<Integer> recorded = new HashSet<>();

    /// States without connections.
    public ConnectionStateTracker() {}

    /// Follows an item.
    ///
    /// @return what belongs into the recording; empty: it is known already
    public Optional<LabRecordingItem> follow(LabRecordingItem item) {
        return switch (item) {
            case LabEvent event -> follow(event);
            case LabServerSample sample -> Optional.of(sample.with(connections(sample.server()),
                    answered.getOrDefault(sample.server(), 0L)));
            case LabRunDescription head -> Optional.of(head);
        };
    }

    private Optional<LabRecordingItem> follow(LabEvent event) {
        Lane lane = event.lane();
        if (event.isClients()) {
            if (event.kind() == LabEventKind.ANSWERED) {
                answered.merge(lane.server(), 1L, Long::sum);
            }
            return Optional.of(event);
        }
        recorded.add(lane.server());
        return switch (event.kind()) {
            case ACCEPTED -> Optional.ofNullable(states.putIfAbsent(lane, State.ACCEPTED) == null ? event : null);
            case REFUSED -> over(event);
            case CLOSED -> over(states.get(lane) == State.SERVED ? event : refused(event));
            case TURN -> {
                states.replace(lane, State.ACCEPTED, State.SERVED);
                yield states.get(lane) == State.OVER ? Optional.empty() : Optional.of(event);
            }
            case CONNECT, CONNECTED, ASKED, SENT, RECEIVED, ANSWERED, ENDED, FAILED, COMPUTE, SLEEP, WAIT_INPUT,
                    WAIT_OUTPUT, READ, WRITTEN, HAND_OFF, ACCEPT_FAILED, WORKER_STARTED, WORKER_ENDED, DROPPED ->
                Optional.of(event);
        };
    }

    private Optional<LabRecordingItem> over(LabEvent event) {
        return states.put(event.lane(), State.OVER) == State.OVER ? Optional.empty() : Optional.of(event);
    }

    private static LabEvent refused(LabEvent closed) {
        return new LabEvent(closed.micros(), closed.lane(), LabEventKind.REFUSED, 0, closed.pid(), closed.threadId(),
                closed.thread(), closed.text());
    }

    private LabServerSample.Connections connections(int server) {
        if (!recorded.contains(server)) {
            return LabServerSample.Connections.UNKNOWN;
        }
        return new LabServerSample.Connections(
                OptionalLong.of(count(server, State.ACCEPTED) + count(server, State.SERVED)),
                OptionalLong.of(count(server, State.ACCEPTED)));
    }

    private long count(int server, State state) {
        return states.entrySet().stream()
                .filter(one -> one.getKey().server() == server && one.getValue() == state).count();
    }
}
