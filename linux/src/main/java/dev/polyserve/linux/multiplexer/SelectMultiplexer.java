package dev.polyserve.linux.multiplexer;

import dev.polyserve.linux.system.DescriptorSet;
import dev.polyserve.linux.system.ReadinessWaitCalls;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// `select(2)`: each call passes two bit sets, which the system overwrites, and which end at descriptor 1023.
public final class SelectMultiplexer extends DescriptorMultiplexer {
    /// One more than the largest descriptor that `select` can watch.
    public static final int DESCRIPTORS = DescriptorSet.SIZE;

    private final DescriptorSet wantRead = new DescriptorSet();
    private final DescriptorSet wantWrite = new DescriptorSet();
    private final DescriptorSet canRead = new DescriptorSet();
    private final DescriptorSet canWrite = new DescriptorSet();
    private final @Nullable DescriptorWatch[] watches = new @Nullable DescriptorWatch[DESCRIPTORS];
    /// One more than the largest watched descriptor.
    private int end;

    public SelectMultiplexer() throws IOException {
        super("select");
        try {
            requireFits(wakeup.descriptor());
        } catch (IOException e) {
            wakeup.close();
            throw e;
        }
        wantRead.set(wakeup.descriptor(), true);
        end = wakeup.descriptor() + 1;
    }

    private static void requireFits(int descriptor) throws IOException {
        if (descriptor >= DESCRIPTORS) {
            throw new IOException("select can watch descriptors below " + DESCRIPTORS + " only, and this one is "
                    + descriptor + "; use poll or epoll");
        }
    }

    @Override
    void add(DescriptorWatch watch) throws IOException {
        requireFits(watch.descriptor());
        watches[watch.descriptor()] = watch;
        end = Math.max(end, watch.descriptor() + 1);
        changed(watch);
    }

    @Override
    void changed(DescriptorWatch watch) {
        wantRead.set(watch.descriptor(), (watch.interest() & READ) != 0);
        wantWrite.set(watch.descriptor(), (watch.interest() & WRITE) != 0);
    }

    @Override
    void remove(DescriptorWatch watch) {
        watches[watch.descriptor()] = null;
        wantRead.set(watch.descriptor(), false);
        wantWrite.set(watch.descriptor(), false);
        while (end > wakeup.descriptor() + 1 && watches[end - 1] == null) {
            end--;
        }
    }

    @Override
    public void await(long atMostNanos) throws IOException {
        owner.assertWaits();
        canRead.copyFrom(wantRead);
        canWrite.copyFrom(wantWrite);
        int ready = requireWaited("select", ReadinessWaitCalls.select(memory, end, canRead, canWrite, atMostNanos));
        if (ready > 0) {
            tellAll(lastNumber());
        }
    }

    /// Notifies the watches of the ready descriptors.
    ///
    /// @param newest the newest watch at the time of the call: a later one may have the same descriptor as an earlier
    /// one
    private void tellAll(int newest) {
        for (int word = 0; word < DescriptorSet.WORDS; word++) {
            long readable = canRead.word(word);
            long writable = canWrite.word(word);
            for (long left = readable | writable; left != 0; left &= left - 1) {
                int bit = Long.numberOfTrailingZeros(left);
                int readiness = (readable >>> bit & 1) != 0 ? READ : 0;
                tell(word * Long.SIZE + bit, (writable >>> bit & 1) != 0 ? readiness | WRITE : readiness, newest);
            }
        }
    }

    private void tell(int descriptor, int readiness, int newest) {
        DescriptorWatch watch = watches[descriptor];
        if (descriptor == wakeup.descriptor()) {
            wakeup.reset(memory);
        } else if (watch != null && watch.number - newest <= 0) {
            watch.tell(readiness);
        }
    }
}
