package dev.polyserve.lab.recording;

import dev.polyserve.lab.recording.LabEvent.Lane;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Compares what the server says of each connection with what its client saw: bytes and times.
///
/// - The server has read no byte before its client sent it, and the client has received none before the server was about to
///   write it.
/// - Each has as many bytes as the other sent, if both say that the connection ended well, and else not more.
/// - The server accepts after its client has begun to connect, and nothing follows the end.
///
/// A process that ends at once does not tell its last events. Where the one that has served a connection does not tell its end,
/// what the client has received is not compared.
///
/// A client records a write before the call, and all else after it; a server records after the call. So the server is about to
/// write from the event before the write on.
///
/// **Thread**: any; it is a value.
///
/// @param compared how many connections were compared
/// @param exact how many of them ended well on both sides, so that all their bytes are the same
/// @param differences what does not agree, a sentence for each
public record ClientServerReconciliation(int compared, int exact, List<String> differences) {
    /// Copies the list.
    public ClientServerReconciliation {
        differences = List.copyOf(differences);
    }

    /// Compares the connections of a recording. Those of a server that has dropped events are left out.
    public static ClientServerReconciliation of(List<LabRecordingItem> items) {
        Map<Lane, List<LabEvent>> lanes = new TreeMap<>(Comparator.comparingInt(Lane::server)
                .thenComparingInt(Lane::client).thenComparingInt(Lane::connection));
        Set<Integer> incomplete = new HashSet<>();
        for (LabRecordingItem item : items) {
            if (item instanceof LabEvent event) {
                if (event.kind() == LabEventKind.DROPPED) {
                    incomplete.add(event.lane().server());
                }
                lanes.computeIfAbsent(event.lane(), _ -> new ArrayList<>()).add(event);
            }
        }
        List<String> differences = new ArrayList<>();
        int compared = 0;
        int exact = 0;
        for (Map.Entry<Lane, List<LabEvent>> lane : lanes.entrySet()) {
            Compared sides = new Compared(lane.getKey(), lane.getValue(), differences);
            if (lane.getKey().client() >= 0 && !incomplete.contains(lane.getKey().server()) && sides.isOfBoth()) {
                sides.compare();
                compared++;
                exact += sides.endedWell() ? 1 : 0;
            }
        }
        return new ClientServerReconciliation(compared, exact, differences);
    }

    /// One connection: its two sides, each in the order of its own process.
    private static final class Compared {
        private final Lane lane;
        private final List<LabEvent> client;
        private final List<LabEvent> server;
        private final List<String> differences;

        Compared(Lane lane, List<LabEvent> events, List<String> differences) {
            this.lane = lane;
            this.client = events.stream().filter(LabEvent::isClients).toList();
            this.server = events.stream().filter(event -> !event.isClients()).toList();
            this.differences = differences;
        }

        boolean isOfBoth() {
            return !client.isEmpty() && !server.isEmpty();
        }

        boolean endedWell() {
            return client.stream().anyMatch(event -> event.kind() == LabEventKind.ENDED
                    && event.text().equals(LabEvent.LEFT))
                    && server.stream().anyMatch(
                            event -> event.kind() == LabEventKind.CLOSED && event.text().equals("done"));
        }

        void compare() {
            compareBytes("read", total(server, LabEventKind.READ), "sent", total(client, LabEventKind.SENT));
            compareOrder();
            compareReads();
            if (isTold()) {
                compareBytes("received", total(client, LabEventKind.RECEIVED), "written",
                        total(server, LabEventKind.WRITTEN));
                compareReceived();
            }
        }

        /// Whether the process that has served the connection tells its end.
        private boolean isTold() {
            var served = server.stream().filter(event -> event.kind() == LabEventKind.TURN).findFirst();
            return server.stream().anyMatch(event -> event.kind() == LabEventKind.CLOSED
                    && served.map(LabEvent::pid).filter(pid -> pid == event.pid()).isPresent());
        }

        private void compareBytes(String taken, long came, String given, long went) {
            if (came > went || (endedWell() && came != went)) {
                differ(came + " bytes were " + taken + ", and " + went + " " + given);
            }
        }

        private void compareOrder() {
            if (client.getFirst().kind() != LabEventKind.CONNECT
                    || server.getFirst().micros() < client.getFirst().micros()) {
                differ("the server knows the connection before its client begins it");
            }
            LabEvent last = server.getLast();
            if (server.stream().anyMatch(event -> event.kind() == LabEventKind.CLOSED)
                    && last.kind() != LabEventKind.CLOSED) {
                differ("the server says " + last.kind().label() + " after the end");
            }
        }

        /// Each byte is sent before it is read.
        private void compareReads() {
            long read = 0;
            for (LabEvent event : server) {
                if (event.kind() == LabEventKind.READ) {
                    read += event.amount();
                    long sent = client.stream()
                            .filter(one -> one.kind() == LabEventKind.SENT && one.micros() <= event.micros())
                            .mapToLong(LabEvent::amount).sum();
                    if (read > sent) {
                        differ("at " + event.micros() + " µs the server has read " + read + " bytes of " + sent);
                    }
                }
            }
        }

        /// Each byte is about to be written before it is received.
        private void compareReceived() {
            long received = 0;
            for (LabEvent event : client) {
                if (event.kind() == LabEventKind.RECEIVED) {
                    received += event.amount();
                    long written = writtenFrom(event.micros());
                    if (received > written) {
                        differ("at " + event.micros() + " µs the client has received " + received + " bytes of "
                                + written);
                    }
                }
            }
        }

        /// The bytes of the writes that may have begun by this time.
        private long writtenFrom(long micros) {
            long written = 0;
            for (int i = 1; i < server.size() && server.get(before(i)).micros() <= micros; i++) {
                written += server.get(i).kind() == LabEventKind.WRITTEN ? server.get(i).amount() : 0;
            }
            return written;
        }

        /// The event before a write: a wait for room, which ends with the write, begins before it.
        private int before(int write) {
            int before = write - 1;
            boolean waited = before > 0 && server.get(before).kind() == LabEventKind.TURN
                    && server.get(before - 1).kind() == LabEventKind.WAIT_OUTPUT;
            return waited ? before - 1 : before;
        }

        private static long total(List<LabEvent> events, LabEventKind kind) {
            return events.stream().filter(event -> event.kind() == kind).mapToLong(LabEvent::amount).sum();
        }

        private void differ(String what) {
            differences.add("server " + lane.server() + ", client " + lane.client() + ", connection "
                    + lane.connection() + ": " + what);
        }
    }
}
