package dev.polyserve.linux.system;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// An array of descriptors for `poll`, which grows.
///
/// ```c
/// struct pollfd { int fd; short events; short revents; };  // 8 bytes; a negative descriptor is passed over
/// ```
///
/// **Thread**: its owner's.
public final class PollDescriptors {
    public static final int IN = 0x1;
    /// Urgent data of TCP has arrived, and the bytes before it may not all be read.
    public static final int PRI = 0x2;
    public static final int OUT = 0x4;
    /// Error; always reported.
    public static final int ERR = 0x8;
    /// Both sides have ended; always reported.
    public static final int HUP = 0x10;
    /// Not an open descriptor; always reported.
    public static final int NVAL = 0x20;

    static final int BYTES = 8;
    static final int FD = 0;
    static final int EVENTS = 4;
    static final int REVENTS = 6;

    private MemorySegment memory;

    /// Creates room for this many descriptors; it grows on demand.
    public PollDescriptors(int capacity) {
        this.memory = Arena.ofAuto().allocate((long) capacity * BYTES, BYTES);
    }

    long address() {
        return memory.address();
    }

    /// Makes room for this many entries, or throws for lack of memory.
    public void reserve(int count) {
        long wanted = (long) count * BYTES;
        if (wanted > memory.byteSize()) {
            memory = Arena.ofAuto().allocate(Math.max(wanted, 2 * memory.byteSize()), BYTES).copyFrom(memory);
        }
    }

    /// Sets an entry and clears its events.
    public void set(int index, int descriptor, int events) {
        reserve(index + 1);
        memory.set(ValueLayout.JAVA_INT, (long) index * BYTES + FD, descriptor);
        memory.set(ValueLayout.JAVA_SHORT, (long) index * BYTES + EVENTS, (short) events);
        memory.set(ValueLayout.JAVA_SHORT, (long) index * BYTES + REVENTS, (short) 0);
    }

    /// Moves an entry to another place.
    public void move(int from, int to) {
        memory.set(ValueLayout.JAVA_LONG, (long) to * BYTES,
                memory.get(ValueLayout.JAVA_LONG, (long) from * BYTES));
    }

    /// Returns the events that have occurred, and clears them.
    public int takeHappened(int index) {
        long at = (long) index * BYTES + REVENTS;
        int happened = memory.get(ValueLayout.JAVA_SHORT, at);
        if (happened != 0) {
            memory.set(ValueLayout.JAVA_SHORT, at, (short) 0);
        }
        return happened;
    }
}
