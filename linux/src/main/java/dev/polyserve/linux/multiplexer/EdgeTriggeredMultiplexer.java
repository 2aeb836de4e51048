package dev.polyserve.linux.multiplexer;

import dev.polyserve.linux.socket.EdgeReadiness;
import dev.polyserve.linux.system.EpollEvents;
import java.io.IOException;
import java.util.ArrayList;

/// `epoll(7)`, edge-triggered: each descriptor is registered once, for all events, and a change of interest costs no
/// system call.
///
/// ```
///   edge ─▶ marked as ready ─▶ on the list ─▶ notified once every turn ─▶ used up, or of no interest: off the list
///                                   ▲                                                  │
///                                   └────────── of interest again, and still marked ───┘
/// ```
///
/// A ready descriptor is reported again until a call has used up its readiness, as often as under the other
/// multiplexers: the socket passes EAGAIN on to its [EdgeReadiness]. No watch on the list delays another: each is notified
/// once a turn. A turn does not block while the list has entries.
public final class EdgeTriggeredMultiplexer extends AbstractEpollMultiplexer {
    private static final int EVENTS = EpollEvents.IN | EpollEvents.PRI | EpollEvents.OUT | EpollEvents.RDHUP
            | EpollEvents.ET;

    /// It has room for all watches: an edge that was not put on it for lack of memory would not come again.
    private final ArrayList<DescriptorWatch> list = new ArrayList<>();
    private int count;

    public EdgeTriggeredMultiplexer() throws IOException {
        super("epoll-et");
    }

    @Override
    EdgeReadiness newReadiness() {
        return EdgeReadiness.tracked();
    }

    @Override
    void add(DescriptorWatch watch) throws IOException {
        list.ensureCapacity(count + 1);
        epoll.add(watch, EVENTS);
        count++;
    }

    @Override
    void remove(DescriptorWatch watch) {
        super.remove(watch);
        count--;
    }

    @Override
    void changed(DescriptorWatch watch) {
        if (watch.readiness().readyFor(watch.interest()) != 0) {
            enlist(watch);
        }
    }

    @Override
    public void await(long atMostNanos) throws IOException {
        owner.assertWaits();
        dropUsedUp();
        int events = requireWaited("epoll_wait", epoll.await(list.isEmpty() ? atMostNanos : 0));
        for (int i = 0; i < events; i++) {
            DescriptorWatch watch = epoll.watch(i);
            if (watch != null) {
                watch.readiness().happened(marks(epoll.bits(i)));
                enlist(watch);
            }
        }
        // Watches enlisted meanwhile are notified in the next turn.
        for (int i = 0, told = list.size(); i < told; i++) {
            DescriptorWatch watch = list.get(i);
            watch.tell(watch.readiness().readyFor(watch.interest()));
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
            if (watch.readiness().readyFor(watch.interest()) != 0) {
                list.set(kept, watch);
                kept++;
            } else {
                watch.listed = false;
            }
        }
        // Not through subList(), which would allocate an object per turn.
        for (int last = list.size() - 1; last >= kept; last--) {
            list.remove(last);
        }
    }

    /// Maps the bits of an event to readiness marks. The call that reports an error uses the error up; an end stays.
    private static int marks(int bits) {
        int marks = 0;
        if ((bits & (EpollEvents.IN | EpollEvents.ERR)) != 0) {
            marks |= EdgeReadiness.READ;
        }
        if ((bits & (EpollEvents.OUT | EpollEvents.ERR)) != 0) {
            marks |= EdgeReadiness.WRITE;
        }
        if ((bits & EpollEvents.PRI) != 0) {
            marks |= EdgeReadiness.URGENT;
        }
        if ((bits & EpollEvents.RDHUP) != 0) {
            marks |= EdgeReadiness.READ_ENDED;
        }
        return (bits & EpollEvents.HUP) != 0 ? marks | EdgeReadiness.BOTH_ENDED : marks;
    }
}
