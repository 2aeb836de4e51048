package dev.polyserve.record;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/// The events of a server that were not taken yet, up to a fixed number. Adding allocates nothing and never waits: an event
/// without room is dropped, and counted.
///
/// Each slot has a sequence number, which says whose turn it is:
///
/// ```
///   free for event n: n ──a thread claims n, and fills the slot──▶ n + 1 ──taken──▶ n + capacity: free for that event
/// ```
///
/// **Thread**: any adds, one takes.
final class TimelineEventBuffer {
    private final Slot[] slots;
    private final AtomicLong next = new AtomicLong();
    private final LongAdder dropped = new LongAdder();
    /// Of the thread that takes.
    private long first;

    /// @param capacity how many events there is room for; a power of two
    TimelineEventBuffer(int capacity) {
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("a buffer for " + capacity + " events: the number is no power of two");
        }
        slots = new Slot[capacity];
        for (int i = 0; i < capacity; i++) {
            slots[i] = new Slot(i);
        }
    }

    private Slot slot(long number) {
        return slots[(int) number & (slots.length - 1)];
    }

    /// Adds an event, if there is room.
    void add(TimelineEventKind kind, long nanos, int port, long amount, long threadId, String thread, String text) {
        long number = next.get();
        while (true) {
            Slot slot = slot(number);
            long ahead = slot.sequence - number;
            if (ahead < 0) {
                dropped.increment();
                return;
            }
            if (ahead == 0 && next.compareAndSet(number, number + 1)) {
                slot.kind = kind;
                slot.nanos = nanos;
                slot.port = port;
                slot.amount = amount;
                slot.threadId = threadId;
                slot.thread = thread;
                slot.text = text;
                slot.sequence = number + 1;
                return;
            }
            number = next.get();
        }
    }

    /// Takes the events that are there, in the order in which they were added. **Thread**: one.
    void take(Consumer<? super TimelineEvent> into) {
        for (Slot slot = slot(first); slot.sequence == first + 1; slot = slot(first)) {
            into.accept(new TimelineEvent(slot.kind, slot.nanos, slot.port, slot.amount, slot.threadId, slot.thread,
                    slot.text));
            slot.thread = "";
            slot.text = "";
            slot.sequence = first + slots.length;
            first++;
        }
    }

    /// How many events were dropped so far. **Thread**: any.
    long dropped() {
        return dropped.sum();
    }

    /// The fields are published by the sequence number.
    private static final class Slot {
        private volatile long sequence;
        private TimelineEventKind kind = TimelineEventKind.TURN;
        private long nanos;
        private int port;
        private long amount;
        private long threadId;
        private String thread = "";
        private String text = "";

        Slot(long sequence) {
            this.sequence = sequence;
        }
    }
}
