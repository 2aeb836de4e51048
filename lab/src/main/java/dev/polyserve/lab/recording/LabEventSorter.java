package dev.polyserve.lab.recording;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// Sorts the items of several processes by their times: holds each back until those that are sent later but happened
/// earlier have come, too.
///
/// **Thread**: any adds, one takes.
public final class LabEventSorter {
    /// How long an item is held back, in microseconds.
    public static final long HELD_MICROS = 150_000;
    private static final int MOST_PENDING = 100_000;

    private final Queue<LabRecordingItem> arrived = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicInteger dropped = new AtomicInteger();
    /// Of the thread that takes.
    private final PriorityQueue<Numbered> waiting = new PriorityQueue<>(
            Comparator.comparingLong((Numbered one) -> one.item().micros()).thenComparingLong(Numbered::number));
    private long last;

    /// An order without items.
    public LabEventSorter() {}

    /// Adds an item. Beyond a number that no run reaches, it is dropped, and counted.
    public void add(LabRecordingItem item) {
        if (pending.incrementAndGet() > MOST_PENDING) {
            pending.decrementAndGet();
            dropped.incrementAndGet();
        } else {
            arrived.add(item);
        }
    }

    /// Takes the items up to a time, in their order. One that comes later than it is held back follows those that were taken
    /// before. **Thread**: one.
    public List<LabRecordingItem> take(long upToMicros) {
        for (LabRecordingItem item = arrived.poll(); item != null; item = arrived.poll()) {
            waiting.add(new Numbered(item, last++));
        }
        List<LabRecordingItem> taken = new ArrayList<>();
        for (Numbered first = waiting.peek(); first != null
                && first.item().micros() <= upToMicros; first = waiting.peek()) {
            taken.add(first.item());
            waiting.remove();
        }
        pending.addAndGet(-taken.size());
        return taken;
    }

    /// How many items were dropped. **Thread**: any.
    public int dropped() {
        return dropped.get();
    }

    /// An item and when it arrived.
    private record Numbered(LabRecordingItem item, long number) {}
}
