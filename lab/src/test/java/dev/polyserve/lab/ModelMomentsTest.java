package dev.polyserve.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.lab.LabRunRequest.ServerRequest;
import dev.polyserve.lab.recording.LabEventKind;
import dev.polyserve.lab.recording.LabEvent;
import dev.polyserve.lab.recording.LabEvent.Lane;
import dev.polyserve.lab.recording.LabServerSample;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a model is can be seen in a recorded run, and each lane is what its client saw.
@Tag("slow")
@Timeout(120)
class ModelMomentsTest {
    private static final int SAMPLES_OF_START = 10;
    /// Each has a process that takes seconds to start.
    private static final int CRASHED_CLIENTS = 4;
    private static final int SLOW_CLIENTS = 2;
    /// A wait that is seen on the page. A slow client rests for 20 ms between two reads.
    private static final long LONG_MICROS = 50_000;

    private static void assumeModels(String... ids) {
        for (String id : ids) {
            assumeTrue(Server.whyNot(Model.named(id)).isEmpty(), () -> "this machine cannot run " + id);
        }
    }

    @Test
    void underIterativeTheSecondClientWaitsUntilTheFirstHasLeft() throws Exception {
        assumeModels("epoll");
        RecordedRun run = RecordedRun.until(
                recorded -> turns(recorded, 0).size() >= 2
                        && recorded.events(2, LabEventKind.CLOSED).findAny().isPresent(),
                LabWorkload.TALKERS, LabWorkload.TALKERS.clients(), ServerRequest.of("iterative"),
                ServerRequest.of("thread"),
                ServerRequest.of("epoll"));
        Lane first = turns(run, 0).getFirst();
        Lane second = turns(run, 0).get(1);
        // Its end is recorded after it has made room for the next one.
        long left = run.events(first).filter(event -> !event.isClients() && event.kind() != LabEventKind.CLOSED)
                .mapToLong(LabEvent::micros).max().orElseThrow();
        assertThat(run.first(second, LabEventKind.CONNECTED).micros()).as("the second client is in the backlog")
                .isLessThan(left);
        assertThat(run.first(second, LabEventKind.ACCEPTED).micros()).isGreaterThanOrEqualTo(left);
        // Under the others all clients are served before the first has left.
        for (int server = 1; server <= 2; server++) {
            long firstLeft = run.events(server, LabEventKind.CLOSED).findFirst().orElseThrow().micros();
            assertThat(run.events(server, LabEventKind.TURN).filter(turn -> turn.micros() < firstLeft)
                    .map(turn -> turn.lane().client()).distinct()).hasSize(LabWorkload.TALKERS.clients());
        }
        // A thread for each connection, and one for all.
        assertThat(threads(run, 1).size()).isGreaterThanOrEqualTo(LabWorkload.TALKERS.clients());
        assertThat(threads(run, 2)).hasSize(1);
        assertThat(run.samples(0)).anyMatch(sample -> sample.backlog().orElse(0) > 0);
        assertThat(run.assertReconciled().exact()).isPositive();
    }

    private static List<Lane> turns(RecordedRun run, int server) {
        return run.events(server, LabEventKind.TURN).map(LabEvent::lane).distinct().toList();
    }

    private static Set<String> threads(RecordedRun run, int server) {
        return run.events(server, LabEventKind.READ).map(LabEvent::thread).collect(Collectors.toSet());
    }

    @Test
    void underPollingTheProcessorIsFullWithoutTraffic() throws Exception {
        assumeModels("polling", "epoll");
        RecordedRun run = RecordedRun.until(
                recorded -> recorded.samples(0).size() > 2 * SAMPLES_OF_START
                        && recorded.samples(1).size() > 2 * SAMPLES_OF_START
                        && connected(recorded) == 2L * LabWorkload.IDLE.clients(),
                LabWorkload.IDLE, LabWorkload.IDLE.clients(), ServerRequest.of("polling"), ServerRequest.of("epoll"));
        assertThat(run.events(0, LabEventKind.READ)).isEmpty();
        double ofEpoll = processorSecondsOnceStarted(run.samples(1));
        assertThat(processorSecondsOnceStarted(run.samples(0)))
                .as("processor seconds, of which epoll has used %s", ofEpoll)
                .isGreaterThan(0.3).isGreaterThan(3 * ofEpoll);
        assertThat(run.samples(0).getLast().processes().systemCalls().orElseThrow())
                .isGreaterThan(20 * run.samples(1).getLast().processes().systemCalls().orElseThrow());
    }

    /// A JVM uses the processor for a while after its start, also under epoll.
    private static double processorSecondsOnceStarted(List<LabServerSample> samples) {
        return samples.getLast().processes().processorSeconds()
                - samples.get(SAMPLES_OF_START).processes().processorSeconds();
    }

    private static long connected(RecordedRun run) {
        return run.events(0, LabEventKind.CONNECTED).count() + run.events(1, LabEventKind.CONNECTED).count();
    }

    /// Clients 0 and 1 read slowly, and client 0 comes first.
    @Test
    void theLaneOfASlowReaderWaitsForRoomToSend() throws Exception {
        RecordedRun run = RecordedRun.until(
                recorded -> !outputWaits(recorded, 0).isEmpty() && besideOutputWait(recorded, 1).isPresent(),
                LabWorkload.SLOW, LabWorkload.SLOW.clients(), ServerRequest.of("iterative"), ServerRequest.of("nio"));
        assertThat(outputWaits(run, 0)).as("requests of others under iterative")
                .allMatch(wait -> reads(run, wait) == 0);
        for (OutputWait wait : List.of(outputWaits(run, 0).getFirst(), besideOutputWait(run, 1).orElseThrow())) {
            assertThat(run.events(wait.lane()).filter(event -> event.kind() == LabEventKind.RECEIVED)
                    .filter(wait::covers).mapToLong(LabEvent::amount).sum())
                    .as("bytes that its client, which reads slowly, receives meanwhile").isPositive();
            assertThat(run.first(wait.lane(), LabEventKind.ASKED).text()).isEqualTo("flood");
        }
        run.assertReconciled();
    }

    /// A part of a lane in which the server waits for room to send.
    private record OutputWait(Lane lane, long from, long to) {
        boolean covers(LabEvent event) {
            return event.micros() > from && event.micros() < to;
        }
    }

    /// The waits of slow readers that are long; after each, the server goes on.
    private static List<OutputWait> outputWaits(RecordedRun run, int server) {
        var waits = new ArrayList<OutputWait>();
        for (int client = 0; client < SLOW_CLIENTS; client++) {
            List<LabEvent> lane = run.events(new Lane(server, client, 0)).filter(event -> !event.isClients()).toList();
            for (int i = 0; i + 1 < lane.size(); i++) {
                OutputWait wait = new OutputWait(lane.get(i).lane(), lane.get(i).micros(), lane.get(i + 1).micros());
                if (lane.get(i).kind() == LabEventKind.WAIT_OUTPUT && wait.to() - wait.from() >= LONG_MICROS) {
                    waits.add(wait);
                }
            }
        }
        return waits;
    }

    private static Optional<OutputWait> besideOutputWait(RecordedRun run, int server) {
        return outputWaits(run, server).stream().filter(wait -> reads(run, wait) > 0).findFirst();
    }

    /// How often the server reads from others during a wait.
    private static long reads(RecordedRun run, OutputWait wait) {
        return run.events(wait.lane().server(), LabEventKind.READ).filter(wait::covers)
                .filter(event -> !event.lane().equals(wait.lane())).count();
    }

    @Test
    void underSelectTheConnectionWithDescriptor1024IsRefused() throws Exception {
        assumeModels("select", "poll");
        int clients = LabWorkload.DESCRIPTORS.clients();
        RecordedRun run = RecordedRun.until(
                recorded -> endedByServer(recorded, 0) > 0 && turns(recorded, 1).size() == clients,
                LabWorkload.DESCRIPTORS, clients, ServerRequest.of("select"), ServerRequest.of("poll"));
        LabEvent refused = run.events(0, LabEventKind.ACCEPT_FAILED).findFirst().orElseThrow();
        assertThat(refused.text()).contains("a connection got descriptor 1024 and was closed");
        assertThat(turns(run, 0)).as("connections with a descriptor below 1024").hasSizeBetween(1, 6);
        // They go on, and under poll all do.
        assertThat(run.events(0, LabEventKind.CLOSED).map(LabEvent::micros))
                .allMatch(micros -> micros > refused.micros());
        assertThat(run.events(1, LabEventKind.ACCEPT_FAILED)).isEmpty();
        assertThat(endedByServer(run, 1)).isZero();
    }

    private static long endedByServer(RecordedRun run, int server) {
        return run.events(server, LabEventKind.ENDED).filter(event -> event.text().equals("the server has ended it"))
                .count();
    }

    @Test
    void withoutHandOffOneComputingClientStopsAllLanesOfItsLoop() throws Exception {
        assumeModels("epoll");
        ServerRequest with = ServerRequest.of("epoll");
        RecordedRun run = RecordedRun.until(
                recorded -> computed(recorded, 0) >= 3 && computed(recorded, 1) >= 3
                        && recorded.events(1, LabEventKind.HAND_OFF).findAny().isPresent(),
                LabWorkload.COMPUTE, LabWorkload.COMPUTE.clients(),
                new ServerRequest("epoll", 1, false, Optional.empty()),
                with);
        assertThat(readsWhileComputing(run, 0)).isZero();
        assertThat(readsWhileComputing(run, 1)).isPositive();
        assertThat(run.events(0, LabEventKind.HAND_OFF)).isEmpty();
        run.assertReconciled();
    }

    private static long computed(RecordedRun run, int server) {
        return run.events(server, LabEventKind.ANSWERED).filter(event -> event.lane().client() == 0).count();
    }

    /// How often the server has read from others while a client's handler computed.
    private static long readsWhileComputing(RecordedRun run, int server) {
        boolean computes = false;
        long reads = 0;
        for (var item : run.items()) {
            if (item instanceof LabEvent event && event.lane().server() == server && !event.isClients()) {
                if (event.lane().client() == 0) {
                    computes = event.kind() == LabEventKind.COMPUTE
                            || (computes && event.kind() == LabEventKind.HAND_OFF);
                } else if (computes && event.kind() == LabEventKind.READ) {
                    reads++;
                }
            }
        }
        return reads;
    }

    @Test
    void underProcessACrashEndsOneLane() throws Exception {
        assumeModels("process");
        RecordedRun run = RecordedRun.until(
                recorded -> answeredAfterCrash(recorded, 0).size() == CRASHED_CLIENTS - 1
                        && failed(recorded, 1).size() == CRASHED_CLIENTS,
                LabWorkload.CRASH, CRASHED_CLIENTS, ServerRequest.of("process"), ServerRequest.of("thread"));
        assertThat(failed(run, 0)).containsExactly(0);
        LabEvent closed = run.events(0, LabEventKind.CLOSED).filter(event -> event.lane().client() == 0).findFirst()
                .orElseThrow();
        assertThat(closed.text()).startsWith("failed");
        assertThat(run.events(0, LabEventKind.WORKER_ENDED)).isNotEmpty();
        assertThat(run.run().head()).contains("\"state\":\"ended\"");
        run.assertReconciled();
    }

    private static Set<Integer> failed(RecordedRun run, int server) {
        return run.events(server, LabEventKind.FAILED).map(event -> event.lane().client()).collect(Collectors.toSet());
    }

    private static Set<Integer> answeredAfterCrash(RecordedRun run, int server) {
        long crash = run.events(server, LabEventKind.FAILED).mapToLong(LabEvent::micros).findFirst()
                .orElse(Long.MAX_VALUE);
        return run.events(server, LabEventKind.ANSWERED).filter(event -> event.micros() > crash)
                .map(event -> event.lane().client()).collect(Collectors.toSet());
    }
}
