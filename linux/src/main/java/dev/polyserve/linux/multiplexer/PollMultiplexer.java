package dev.polyserve.linux.multiplexer;

import dev.polyserve.linux.socket.EdgeReadiness;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.linux.system.ReadinessWaitCalls;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// `poll(2)`: each call passes one dense array of all descriptors. The first place is the wake-up's.
public final class PollMultiplexer extends DescriptorMultiplexer {
    private static final int FIRST_PLACES = 64;

    private final PollDescriptors descriptors = new PollDescriptors(FIRST_PLACES);
    private @Nullable DescriptorWatch[] watches = new @Nullable DescriptorWatch[FIRST_PLACES];
    private int count = 1;

    public PollMultiplexer() throws IOException {
        super("poll");
        descriptors.set(0, wakeup.descriptor(), PollDescriptors.IN);
    }

    @Override
    void add(DescriptorWatch watch) {
        if (count == watches.length) {
            watches = Arrays.copyOf(watches, 2 * count);
        }
        descriptors.reserve(count + 1);
        watches[count] = watch;
        watch.noted = count;
        count++;
        changed(watch);
    }

    @Override
    void changed(DescriptorWatch watch) {
        int interest = watch.interest();
        // The system reports errors and hang-ups even without interest, at every wait; it skips a negative number.
        int descriptor = interest == 0 ? ~watch.descriptor() : watch.descriptor();
        descriptors.set(watch.noted, descriptor, EdgeReadiness.bits(interest));
    }

    @Override
    void remove(DescriptorWatch watch) {
        count--;
        int place = watch.noted;
        DescriptorWatch last = watches[count];
        watches[count] = null;
        if (last != null && place != count) {
            descriptors.move(count, place);
            watches[place] = last;
            last.noted = place;
        }
    }

    @Override
    public void await(long atMostNanos) throws IOException {
        owner.assertWaits();
        int left = requireWaited("poll", ReadinessWaitCalls.poll(memory, descriptors, count, atMostNanos));
        if (left > 0 && descriptors.takeHappened(0) != 0) {
            wakeup.reset(memory);
            left--;
        }
        // Backwards: a removed watch is replaced by the last one, which was already notified.
        for (int i = count - 1; i > 0 && left > 0; i--) {
            int happened = descriptors.takeHappened(i);
            DescriptorWatch watch = watches[i];
            if (happened != 0 && watch != null) {
                left--;
                watch.tellBits(happened);
            }
        }
    }
}
