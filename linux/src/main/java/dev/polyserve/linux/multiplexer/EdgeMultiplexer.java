package dev.polyserve.linux.multiplexer;

import dev.polyserve.linux.socket.Readiness;
import dev.polyserve.linux.system.EpollEvents;
import java.io.IOException;
import java.util.ArrayList;

/// `epoll(7)`, edge-triggered: each descriptor is registered once, for everything, and no interest is ever told to the
/// system again.
///
/// ```
///   edge ─▶ marked as ready ─▶ on the list ─▶ told, again in each turn ─▶ used up, or of no interest: off the list
///                                   ▲                                                  │
///                                   └────────── of interest again, and still marked ───┘
/// ```
///
/// So what is ready is told again until a call has used it up, as often as under the others, and nobody on the list has to
/// wait for another: each is told once a turn, and the turn does not wait as long as the list has anybody.
public final class EdgeMultiplexer extends DescriptorMultiplexer {
    private static final int EVENTS = EpollEvents.IN | EpollEvents.PRI | EpollEvents.OUT | EpollEvents.RDHUP
            | EpollEvents.ET;

    private final Epoll epoll;
    private final ArrayList<DescriptorWatch> list = new ArrayList<>();

    /// Opens it.
    public EdgeMultiplexer() throws IOException {
        super("epoll-et");
        epoll = Epoll.open(memory, wakeup);
    }

    @Override
    Readiness newReadiness() {
        return Readiness.tracked();
    }

    @Override
    void add(DescriptorWatch watch) throws IOException {
        epoll.add(watch, EVENTS);
    }

    @Override
    void changed(DescriptorWatch watch) {
        if (watch.readiness.readyFor(watch.interest()) != 0) {
            enlist(watch);
        }
    }

    @Override
    void remove(DescriptorWatch watch) {
        epoll.remove(watch);
    }

    @Override
    public void await(long atMostNanos) throws IOException {
        dropUsedUp();
        int count = requireWaited("epoll_wait", epoll.await(list.isEmpty() ? atMostNanos : 0));
        for (int i = 0; i < count; i++) {
            DescriptorWatch watch = epoll.watch(i);
            if (watch != null) {
                watch.readiness.happened(marks(epoll.bits(i)));
                enlist(watch);
            }
        }
        // Whoever comes on the list meanwhile is told in the next turn.
        for (int i = 0, told = list.size(); i < told; i++) {
            DescriptorWatch watch = list.get(i);
            watch.tell(watch.readiness.readyFor(watch.interest()));
        }
    }

    private void enlist(DescriptorWatch watch) {
        if (!watch.listed) {
            watch.listed = true;
            list.add(watch);
        }
    }

    private void dropUsedUp() {
        int kept = 0;
        for (int i = 0; i < list.size(); i++) {
            DescriptorWatch watch = list.get(i);
            if (watch.readiness.readyFor(watch.interest()) != 0) {
                list.set(kept, watch);
                kept++;
            } else {
                watch.listed = false;
            }
        }
        // Not by a part of the list, which would be an object per turn.
        for (int last = list.size() - 1; last >= kept; last--) {
            list.remove(last);
        }
    }

    /// The marks of an event. An error is used up by the call that reports it; an end stays.
    private static int marks(int bits) {
        int marks = 0;
        if ((bits & (EpollEvents.IN | EpollEvents.ERR)) != 0) {
            marks |= Readiness.READ;
        }
        if ((bits & (EpollEvents.OUT | EpollEvents.ERR)) != 0) {
            marks |= Readiness.WRITE;
        }
        if ((bits & EpollEvents.PRI) != 0) {
            marks |= Readiness.URGENT;
        }
        if ((bits & EpollEvents.RDHUP) != 0) {
            marks |= Readiness.READ_ENDED;
        }
        return (bits & EpollEvents.HUP) != 0 ? marks | Readiness.BOTH_ENDED : marks;
    }

    @Override
    public void close() throws IOException {
        try {
            super.close();
        } finally {
            epoll.close();
        }
    }
}
