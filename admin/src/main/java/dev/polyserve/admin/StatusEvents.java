package dev.polyserve.admin;

import dev.polyserve.admin.http.ServerSentEventSource;
import dev.polyserve.text.JsonObjectWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;

/// The status of a server as events: first all of it, then what has changed. Pages that are due at about the same time
/// share one snapshot.
///
/// **Thread**: any.
final class StatusEvents {
    private final Supplier<SequencedMap<String, Object>> status;
    private final long freshNanos;
    private volatile Snapshot latest;

    /// @param status reads the figures
    /// @param interval the time between two events of a page
    StatusEvents(Supplier<SequencedMap<String, Object>> status, Duration interval) {
        this.status = status;
        this.freshNanos = interval.toNanos() / 2;
        this.latest = new Snapshot(System.nanoTime() - freshNanos, new LinkedHashMap<>());
    }

    private record Snapshot(long takenNanos, SequencedMap<String, Object> figures) {}

    /// The events of a page that is opened.
    ServerSentEventSource open() {
        return new Changes();
    }

    private final class Changes implements ServerSentEventSource {
        private Map<String, Object> known = Map.of();

        @Override
        public List<Event> next() {
            SequencedMap<String, Object> now = figures();
            String name = known.isEmpty() ? "status" : "change";
            Map<String, Object> changed = changes(known, now);
            known = now;
            return List.of(new Event(name, JsonObjectWriter.of(changed)));
        }
    }

    private SequencedMap<String, Object> figures() {
        long now = System.nanoTime();
        if (now - latest.takenNanos >= freshNanos) {
            SequencedMap<String, Object> figures = new LinkedHashMap<>(status.get());
            figures.put("atMillis", System.currentTimeMillis());
            latest = new Snapshot(now, figures);
        }
        return latest.figures;
    }

    private static Map<String, Object> changes(Map<String, Object> known, SequencedMap<String, Object> now) {
        Map<String, Object> changed = new LinkedHashMap<>(now);
        changed.entrySet().removeIf(member -> member.getValue().equals(known.get(member.getKey())));
        known.keySet().stream().filter(name -> !now.containsKey(name)).forEach(name -> changed.put(name, ""));
        return changed;
    }
}
