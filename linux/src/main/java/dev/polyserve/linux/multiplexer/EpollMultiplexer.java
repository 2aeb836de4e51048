package dev.polyserve.linux.multiplexer;

import dev.polyserve.linux.socket.EdgeReadiness;
import dev.polyserve.linux.system.EpollEvents;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// `epoll(7)`, level-triggered.
///
/// A change of interest reaches the system before the next wait, and only if the interest still differs. A handler that
/// is busy while its peer sends, and then reads again, therefore costs no call.
public final class EpollMultiplexer extends AbstractEpollMultiplexer {
    private final List<DescriptorWatch> changed = new ArrayList<>();

    public EpollMultiplexer() throws IOException {
        super("epoll");
    }

    @Override
    void add(DescriptorWatch watch) throws IOException {
        watch.noted = watch.interest();
        epoll.add(watch, events(watch.noted));
    }

    @Override
    void changed(DescriptorWatch watch) {
        if (!watch.listed) {
            changed.add(watch);
            watch.listed = true;
        }
    }

    @Override
    public void await(long atMostNanos) throws IOException {
        owner.assertWaits();
        tellChanges();
        int count = requireWaited("epoll_wait", epoll.await(atMostNanos));
        for (int i = 0; i < count; i++) {
            DescriptorWatch watch = epoll.watch(i);
            if (watch != null) {
                watch.tellBits(epoll.bits(i));
            }
        }
    }

    private void tellChanges() throws IOException {
        for (int i = 0; i < changed.size(); i++) {
            DescriptorWatch watch = changed.get(i);
            int interest = watch.interest();
            if (!watch.forgotten() && watch.noted != interest) {
                epoll.modify(watch, events(interest));
                watch.noted = interest;
            }
            watch.listed = false;
        }
        changed.clear();
    }

    /// The system reports errors and hang-ups even without interest. Edge-triggered, it reports them only once instead
    /// of at every wait.
    private static int events(int interest) {
        return interest == 0 ? EpollEvents.ET : EdgeReadiness.bits(interest);
    }
}
