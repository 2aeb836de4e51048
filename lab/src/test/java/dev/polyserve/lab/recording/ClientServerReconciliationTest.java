package dev.polyserve.lab.recording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.lab.recording.LabEvent.Lane;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A recording whose two sides do not agree is found out.
class ClientServerReconciliationTest {
    private static final Lane LANE = new Lane(0, 3, 0);
    private final List<LabRecordingItem> items = new ArrayList<>();

    @Test
    void agreesWithAConnectionThatEndedWell() {
        talk(10, 10);
        end();
        assertThat(ClientServerReconciliation.of(items)).isEqualTo(new ClientServerReconciliation(1, 1, List.of()));
    }

    @Test
    void findsLostBytes() {
        talk(10, 8);
        end();
        assertThat(ClientServerReconciliation.of(items).differences()).containsExactly(
                "server 0, client 3, connection 0: 8 bytes were read, and 10 sent",
                "server 0, client 3, connection 0: 8 bytes were received, and 10 written");
    }

    @Test
    void acceptsThatBytesAreUnderWayWhenAConnectionFails() {
        talk(10, 8);
        client(60, LabEventKind.FAILED, 0);
        assertThat(ClientServerReconciliation.of(items)).isEqualTo(new ClientServerReconciliation(1, 0, List.of()));
    }

    @Test
    void findsBytesThatAreReadBeforeTheyAreSent() {
        client(0, LabEventKind.CONNECT, 0);
        server(10, LabEventKind.ACCEPTED, 0);
        server(20, LabEventKind.READ, 5);
        client(21, LabEventKind.SENT, 5);
        assertThat(ClientServerReconciliation.of(items).differences()).containsExactly(
                "server 0, client 3, connection 0: at 20 µs the server has read 5 bytes of 0");
    }

    @Test
    void findsBytesThatAreReceivedBeforeTheyAreWritten() {
        client(0, LabEventKind.CONNECT, 0);
        server(10, LabEventKind.ACCEPTED, 0);
        client(15, LabEventKind.RECEIVED, 5);
        server(20, LabEventKind.TURN, 0);
        server(30, LabEventKind.WRITTEN, 5);
        server(40, LabEventKind.CLOSED, 0);
        assertThat(ClientServerReconciliation.of(items).differences()).containsExactly(
                "server 0, client 3, connection 0: at 15 µs the client has received 5 bytes of 0");
    }

    @Test
    void findsWhatComesAfterTheEnd() {
        client(0, LabEventKind.CONNECT, 0);
        server(10, LabEventKind.CLOSED, 0);
        server(20, LabEventKind.TURN, 0);
        assertThat(ClientServerReconciliation.of(items).differences()).containsExactly(
                "server 0, client 3, connection 0: the server says turn after the end");
    }

    @Test
    void leavesOutAServerThatHasDroppedEvents() {
        talk(10, 8);
        end();
        items.add(new LabEvent(70, Lane.of(0), LabEventKind.DROPPED, 1, 1, 0, "", ""));
        assertThat(ClientServerReconciliation.of(items)).isEqualTo(new ClientServerReconciliation(0, 0, List.of()));
    }

    @Test
    void acceptsThatAProcessThatCrashedDoesNotTellItsLastEvents() {
        client(0, LabEventKind.CONNECT, 0);
        server(10, LabEventKind.ACCEPTED, 0);
        server(20, LabEventKind.TURN, 0);
        client(30, LabEventKind.RECEIVED, 5);
        client(40, LabEventKind.FAILED, 0);
        items.add(new LabEvent(50, LANE, LabEventKind.CLOSED, 0, 2, 1, "supervisor", "failed: its worker has ended"));
        assertThat(ClientServerReconciliation.of(items)).isEqualTo(new ClientServerReconciliation(1, 0, List.of()));
    }

    private void talk(long sent, long moved) {
        client(0, LabEventKind.CONNECT, 0);
        client(5, LabEventKind.SENT, sent);
        server(10, LabEventKind.ACCEPTED, 0);
        server(11, LabEventKind.TURN, 0);
        server(20, LabEventKind.READ, moved);
        client(29, LabEventKind.RECEIVED, moved);
        server(30, LabEventKind.WRITTEN, sent);
    }

    private void end() {
        items.add(LabEvent.ofClient(40, LANE, LabEventKind.ENDED, 0, LabEvent.LEFT));
        items.add(new LabEvent(50, LANE, LabEventKind.CLOSED, 0, 1, 1, "main", "done"));
    }

    private void client(long micros, LabEventKind kind, long amount) {
        items.add(LabEvent.ofClient(micros, LANE, kind, amount, ""));
    }

    private void server(long micros, LabEventKind kind, long amount) {
        items.add(new LabEvent(micros, LANE, kind, amount, 1, 1, "main", ""));
    }
}
