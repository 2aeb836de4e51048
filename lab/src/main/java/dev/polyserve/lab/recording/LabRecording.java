package dev.polyserve.lab.recording;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The items of a run in their order, up to a fixed number, for any number of readers, each at its own pace.
///
/// **Thread**: any; one adds.
public final class LabRecording {
    /// The most items of a recording.
    public static final int MOST_ITEMS = 400_000;
    private static final int MOST_AT_ONCE = 2_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<LabRecordingItem> items = new ArrayList<>();
    private boolean over;

    /// An empty recording.
    public LabRecording() {}

    /// Adds items, as many as there is room for. Descriptions of the run are always added: there are few.
    ///
    /// @return how many were not added
    public int add(List<? extends LabRecordingItem> more) {
        lock.lock();
        try {
            int left = 0;
            for (LabRecordingItem item : more) {
                if (items.size() < MOST_ITEMS || item instanceof LabRunDescription) {
                    items.add(item);
                } else {
                    left++;
                }
            }
            changed.signalAll();
            return left;
        } finally {
            lock.unlock();
        }
    }

    /// No more items follow.
    public void end() {
        lock.lock();
        try {
            over = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until there are items after a position, or the run is over, or the time has passed.
    ///
    /// @param position how many items are known already
    public Batch after(long position, Duration atMost) throws InterruptedException {
        lock.lock();
        try {
            int from = Math.clamp(position, 0, MOST_ITEMS);
            long left = TimeUnit.NANOSECONDS.convert(atMost);
            while (items.size() <= from && !over && left > 0) {
                left = changed.awaitNanos(left);
            }
            int end = Math.min(items.size(), from + MOST_AT_ONCE);
            List<LabRecordingItem> some = from < end ? List.copyOf(items.subList(from, end)) : List.of();
            return new Batch(some, from + some.size(), over && end == items.size());
        } finally {
            lock.unlock();
        }
    }

    /// All items so far.
    public List<LabRecordingItem> all() {
        lock.lock();
        try {
            return List.copyOf(items);
        } finally {
            lock.unlock();
        }
    }

    /// Items of a recording.
    ///
    /// @param items the items
    /// @param next the position after them
    /// @param last whether none follow
    public record Batch(List<LabRecordingItem> items, long next, boolean last) {}
}
