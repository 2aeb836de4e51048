package dev.polyserve.linux.ring;

import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.linux.system.ReadinessWaitCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;

/// Detects receives of a ring that do not complete although bytes wait in the kernel, and has these connections read.
///
/// A TCP receive that begins at urgent data gives up, as if nothing waited, while a signal is pending for its thread
/// (`tcp_recvmsg_locked` in net/ipv4/tcp.c). The kernel announces completions to the thread of a movable ring by such a
/// signal, and after a receive in vain it waits for the next arrival. Older kernels also lose the end of a peer that comes
/// together with its bytes (ADR 0031). No completion tells of either.
///
/// So a timer of the ring has a part of the connections checked: those that have received nothing since their last check
/// are polled, all in one call. A receive costs only a mark, and the loop reads no clock.
///
/// ```
///   none receives ─a receive begins─▶ every 200 ms ─all checked once while no bytes came─▶ every 10 s
///         ▲                            │  ▲                                                 │  │
///         └──── none receives any more ┘  └────────────────── bytes ────────────────────────┘  │
///         ▲                                                                                    │
///         └──────────────────────────── none receives any more ────────────────────────────────┘
/// ```
///
/// **Thread**: the loop's.
final class StuckReceiveDetector {
    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);
    /// The most slots that one check visits, which takes it about 100 µs.
    private static final int MOST_VISITED = 1024;
    private static final int FIRST_PLACES = 64;
    private static final int TIME_BYTES = 16;

    private final SystemCallMemory memory = SystemCallMemory.small();
    private final PollDescriptors descriptors = new PollDescriptors(FIRST_PLACES);
    private final ArrayList<RingSocket> polled = new ArrayList<>(FIRST_PLACES);
    private final MemorySegment busyTime = time(BUSY_NANOS);
    private final MemorySegment quietTime = time(QUIET_NANOS);
    /// A connection has begun to receive, or was found receiving, since the last slot was visited.
    private boolean receiving;
    /// The timer is to be submitted, or is.
    private boolean wanted;
    private boolean active;
    private boolean due;
    /// The submitted timer is the long one, and was not cancelled.
    private boolean waitsLong;
    private int lastVisited;
    /// The number of slots visited since the last bytes, and since the last connection that was not polled yet.
    private int visitedQuietly;

    /// ```c
    /// struct __kernel_timespec { s64 tv_sec; long long tv_nsec; };  // 16 bytes
    /// ```
    private static MemorySegment time(long nanos) {
        MemorySegment time = Arena.ofAuto().allocate(TIME_BYTES, Long.BYTES);
        time.set(ValueLayout.JAVA_LONG, 0, TimeUnit.NANOSECONDS.toSeconds(nanos));
        time.set(ValueLayout.JAVA_LONG, Long.BYTES, nanos % TimeUnit.SECONDS.toNanos(1));
        return time;
    }

    /// Records that a connection begins to receive.
    void receiveBegins() {
        receiving = true;
        wanted = true;
    }

    /// Records that bytes have come.
    ///
    /// @return whether the timer must be cancelled, because it would take long
    boolean bytesCame() {
        visitedQuietly = 0;
        boolean cancelled = waitsLong;
        waitsLong = false;
        return cancelled;
    }

    /// Whether the timer is to be submitted.
    boolean startsTimer() {
        return wanted && !active;
    }

    /// Records that the timer is submitted.
    ///
    /// @param slots the number of slots of the table
    /// @return the address of its time
    long timerStarts(int slots) {
        active = true;
        waitsLong = visitedQuietly >= slots;
        return (waitsLong ? quietTime : busyTime).address();
    }

    /// Records the completion of the timer: its time has passed, it was cancelled, or its thread has ended.
    void timerEnded() {
        active = false;
        waitsLong = false;
        due = true;
    }

    /// Checks the next part of the connections, if it is due.
    void runIfDue(RingHandleTable table) {
        if (due) {
            due = false;
            polled.clear();
            collect(table);
            poll();
        }
    }

    private void collect(RingHandleTable table) {
        int slots = table.size();
        int visits = Math.min(slots, MOST_VISITED);
        visitedQuietly = Math.min(visitedQuietly, slots) + visits;
        for (int left = visits; left > 0; left--) {
            lastVisited++;
            if (lastVisited >= slots) {
                lastVisited = 0;
                wanted = receiving;
                receiving = false;
            }
            if (table.at(lastVisited) instanceof RingSocket socket && socket.isActive()) {
                receiving = true;
                if (socket.takeSilence()) {
                    polled.add(socket);
                } else {
                    visitedQuietly = 0; // it is to be polled in the next check
                }
            }
        }
    }

    private void poll() {
        descriptors.reserve(polled.size());
        for (int i = 0; i < polled.size(); i++) {
            descriptors.set(i, polled.get(i).number(), PollDescriptors.IN | PollDescriptors.PRI);
        }
        int left = polled.isEmpty() ? 0 : ReadinessWaitCalls.poll(memory, descriptors, polled.size(), 0);
        for (int i = 0; left > 0; i++) {
            int happened = descriptors.takeHappened(i);
            if (happened != 0) {
                left--;
                polled.get(i).found(happened);
            }
        }
        polled.clear();
    }
}
