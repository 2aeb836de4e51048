package dev.polyserve.linux.multiplexer;

import dev.polyserve.linux.socket.Readiness;
import dev.polyserve.loop.Multiplexer;

/// One watched descriptor.
///
/// **Thread**: its loop's.
final class DescriptorWatch implements Multiplexer.Watch {
    static {
        // One word for the same thing in every package.
        assert Multiplexer.READ == Readiness.READ && Multiplexer.WRITE == Readiness.WRITE;
    }

    final int descriptor;
    /// Which of its loop's it is: a descriptor's number is used again, this is not.
    final int number;
    /// What is known of it, where changes are told but once.
    final Readiness readiness;
    private final Multiplexer.Ready ready;
    private int interest;
    private boolean forgotten;
    /// What its mechanism remembers: where it is in an array, or what the system was last told.
    int noted;
    /// It stands in a list of its mechanism.
    boolean listed;

    DescriptorWatch(int descriptor, int number, Readiness readiness, int interest, Multiplexer.Ready ready) {
        this.descriptor = descriptor;
        this.number = number;
        this.readiness = readiness;
        this.interest = interest;
        this.ready = ready;
    }

    int interest() {
        return interest;
    }

    void interest(int wanted) {
        interest = wanted;
    }

    /// Nobody is told any more.
    void forget() {
        forgotten = true;
        interest = 0;
    }

    boolean forgotten() {
        return forgotten;
    }

    /// Tells what is ready of that which is of interest.
    void tell(int readiness) {
        int wanted = readiness & interest;
        if (wanted != 0) {
            ready.ready(wanted);
        }
    }

    /// As [#tell], from the bits of `poll` and `epoll`.
    void tellBits(int bits) {
        tell(Readiness.ofBits(bits, interest));
    }
}
