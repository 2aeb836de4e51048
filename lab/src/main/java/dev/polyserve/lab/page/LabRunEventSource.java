package dev.polyserve.lab.page;

import dev.polyserve.admin.http.ServerSentEventSource;
import dev.polyserve.lab.Lab;
import dev.polyserve.lab.LabRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The source of the events that a page has not seen of the current run: `run` with its head when it is another one,
/// `items` with what was recorded, and `last` when there is no more. A slow page only lags: the recording is kept by
/// the run.
///
/// **Thread**: the one of the page's exchange.
final class LabRunEventSource implements ServerSentEventSource {
    /// What is sent before another look at the clock.
    private static final int BATCHES = 20;

    private final Lab lab;
    private String shown = "";
    private long position;
    private boolean ended;

    LabRunEventSource(Lab lab) {
        this.lab = lab;
    }

    @Override
    public List<Event> next() throws InterruptedException {
        Optional<LabRun> current = lab.current();
        if (current.isEmpty()) {
            return List.of();
        }
        LabRun run = current.get();
        var events = new ArrayList<Event>();
        if (!run.id().equals(shown)) {
            shown = run.id();
            position = 0;
            ended = false;
            events.add(new Event("run", run.head()));
        }
        if (!ended) {
            addRecorded(run, events);
        }
        return events;
    }

    private void addRecorded(LabRun run, List<Event> events) throws InterruptedException {
        for (int i = 0; i < BATCHES && !ended; i++) {
            LabRun.Batch batch = run.after(position, Duration.ZERO);
            position = batch.next();
            ended = batch.last();
            if (!batch.items().isEmpty()) {
                events.add(new Event("items", "[" + String.join(",", batch.items()) + "]"));
            } else if (!ended) {
                return;
            }
        }
        if (ended) {
            events.add(new Event("last", "{}"));
        }
    }
}
