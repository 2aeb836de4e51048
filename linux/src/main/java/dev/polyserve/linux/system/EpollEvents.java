package dev.polyserve.linux.system;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// Native epoll events, so that no event needs an object.
///
/// ```c
/// struct epoll_event { u32 events; u64 data; };  // x86-64: packed, 12 bytes; elsewhere 16
/// ```
///
/// **Thread**: its loop's.
public final class EpollEvents {
    public static final int IN = 0x1;
    /// Urgent data has arrived and is still unread.
    public static final int PRI = 0x2;
    public static final int OUT = 0x4;
    /// Error; always reported.
    public static final int ERR = 0x8;
    /// Both sides have ended; always reported.
    public static final int HUP = 0x10;
    /// The peer has ended its side.
    public static final int RDHUP = 0x2000;
    /// Edge-triggered: reported once per change.
    public static final int ET = 1 << 31;

    private static final boolean PACKED = ProcessorArchitecture.here()
            .equals(Optional.of(ProcessorArchitecture.X86_64));
    static final int BYTES = PACKED ? 12 : 16;
    static final int EVENTS = 0;
    static final int DATA = PACKED ? 4 : 8;

    private final MemorySegment memory;
    private final int capacity;

    /// Creates room for this many events.
    public EpollEvents(int capacity) {
        this.capacity = capacity;
        this.memory = Arena.ofAuto().allocate((long) capacity * BYTES, 8);
    }

    int capacity() {
        return capacity;
    }

    long address() {
        return memory.address();
    }

    /// Returns the events that have occurred, or that are requested.
    public int bits(int index) {
        return memory.get(ValueLayout.JAVA_INT, (long) index * BYTES + EVENTS);
    }

    /// Returns the data registered with the event.
    public long data(int index) {
        return memory.get(ValueLayout.JAVA_LONG_UNALIGNED, (long) index * BYTES + DATA);
    }

    public void setFirst(int bits, long data) {
        memory.set(ValueLayout.JAVA_INT, EVENTS, bits);
        memory.set(ValueLayout.JAVA_LONG_UNALIGNED, DATA, data);
    }
}
