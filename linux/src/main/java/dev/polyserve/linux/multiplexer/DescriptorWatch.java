package dev.polyserve.linux.multiplexer;

import dev.polyserve.linux.socket.PollableDescriptor;
import dev.polyserve.linux.socket.EdgeReadiness;
import dev.polyserve.loop.Multiplexer;

/// The registration of one descriptor with a multiplexer: its interest, its readiness and its callback.
///
/// **Thread**: its loop's.
final class DescriptorWatch implements Multiplexer.Watch {
    static {
        // The constants have the same values in both packages.
        assert Multiplexer.READ == EdgeReadiness.READ && Multiplexer.WRITE == EdgeReadiness.WRITE;
    }

    private final PollableDescriptor source;
    /// The number of this watch in its loop. Descriptor numbers are reused; this number is not.
    final int number;
    private Multiplexer.Ready ready;
    private byte interest;
    private boolean forgotten;
    /// The mechanism's own note: the index in an array, or the interest that the system knows.
    int noted;
    /// True while the watch is on a list of its mechanism.
    boolean listed;

    DescriptorWatch(PollableDescriptor source, int number, int interest, Multiplexer.Ready ready) {
        this.source = source;
        this.number = number;
        this.interest = (byte) interest;
        this.ready = ready;
    }

    @Override
    public void tells(Multiplexer.Ready other) {
        ready = other;
    }

    int descriptor() {
        return source.descriptor().number();
    }

    /// The known readiness, for mechanisms that report each change only once.
    EdgeReadiness readiness() {
        return source.readiness();
    }

    int interest() {
        return interest;
    }

    void interest(int wanted) {
        interest = (byte) wanted;
    }

    /// Stops all notifications.
    void forget() {
        forgotten = true;
        interest = 0;
    }

    boolean forgotten() {
        return forgotten;
    }

    /// Notifies the callback of the readiness that is also of interest.
    void tell(int readiness) {
        int wanted = readiness & interest;
        if (wanted != 0) {
            ready.ready(wanted);
        }
    }

    /// Like [#tell], with the bits of `poll` and `epoll`.
    void tellBits(int bits) {
        tell(EdgeReadiness.ofBits(bits, interest));
    }
}
