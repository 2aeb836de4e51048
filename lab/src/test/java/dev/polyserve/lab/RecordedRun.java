package dev.polyserve.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.lab.LabRunRequest.ServerRequest;
import dev.polyserve.lab.recording.LabEventKind;
import dev.polyserve.lab.recording.LabRecordingItem;
import dev.polyserve.lab.recording.LabEvent;
import dev.polyserve.lab.recording.LabEvent.Lane;
import dev.polyserve.lab.recording.ClientServerReconciliation;
import dev.polyserve.lab.recording.LabServerSample;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// A run that a test waits for: it ends as soon as it has shown something.
record RecordedRun(List<LabRecordingItem> items, LabRun run) {
    private static final Duration END = Duration.ofSeconds(20);
    private static final int SECONDS = 60;

    /// Runs servers until what is recorded shows something.
    static RecordedRun until(Predicate<RecordedRun> shown, LabWorkload workload, int clients, ServerRequest... servers)
            throws Exception {
        try (Lab lab = Lab.open(TestedServerProgram.forAShortLife(), List.of())) {
            return until(shown, lab.start(
                    new LabRunRequest(Arrays.asList(servers), clients, workload, SECONDS)));
        }
    }

    /// Follows a run until what is recorded shows something, and ends it.
    static RecordedRun until(Predicate<RecordedRun> shown, LabRun run) throws InterruptedException {
        boolean last = false;
        for (long position = 0; !last && !shown.test(new RecordedRun(run.items(), run));) {
            LabRun.Batch batch = run.after(position, Duration.ofSeconds(1));
            position = batch.next();
            last = batch.last();
        }
        run.stop();
        assertThat(run.awaitEnd(END)).as("the run ends").isTrue();
        RecordedRun recorded = new RecordedRun(run.items(), run);
        assertThat(shown.test(recorded)).as("what the run is to show, in %s", run.head()).isTrue();
        return recorded;
    }

    Stream<LabEvent> events(int server, LabEventKind kind) {
        return items.stream().filter(LabEvent.class::isInstance).map(LabEvent.class::cast)
                .filter(event -> event.lane().server() == server && event.kind() == kind);
    }

    Stream<LabEvent> events(Lane lane) {
        return items.stream().filter(LabEvent.class::isInstance).map(LabEvent.class::cast)
                .filter(event -> event.lane().equals(lane));
    }

    LabEvent first(Lane lane, LabEventKind kind) {
        return events(lane).filter(event -> event.kind() == kind).findFirst().orElseThrow();
    }

    List<LabServerSample> samples(int server) {
        return items.stream().filter(LabServerSample.class::isInstance).map(LabServerSample.class::cast)
                .filter(sample -> sample.server() == server).toList();
    }

    /// Requires that each lane is what its client saw.
    ClientServerReconciliation assertReconciled() {
        ClientServerReconciliation reconciliation = ClientServerReconciliation.of(items);
        assertThat(reconciliation.differences()).isEmpty();
        assertThat(reconciliation.compared()).isPositive();
        return reconciliation;
    }
}
