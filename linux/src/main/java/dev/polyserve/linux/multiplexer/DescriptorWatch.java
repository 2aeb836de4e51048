package dev.polyserve.linux.multiplexer;

import dev.polyserve.linux.socket.Readiness;
import dev.polyserve.loop.Multiplexer;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/// One watched descriptor.
///
/// **Thread**: its loop's.
final class DescriptorWatch implements Multiplexer.Watch {
    /// [Multiplexer.Ready#ready], not constant for the compiler, which therefore inlines no callback into the wait of the loop.
    /// Inlined there, a turn exceeds the depth that the compiler inlines (`MaxInlineLevel`), and each system call allocates
    /// the segments of the JDK's foreign-function calls: 80 bytes a request.
    @SuppressWarnings("NonFinalStaticField")
    private static MethodHandle readyCall;

    static {
        try {
            readyCall = MethodHandles.lookup().findVirtual(Multiplexer.Ready.class, "ready",
                    MethodType.methodType(void.class, int.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
        // The constants have the same values in both packages.
        assert Multiplexer.READ == Readiness.READ && Multiplexer.WRITE == Readiness.WRITE;
    }

    final int descriptor;
    /// The number of this watch in its loop. Descriptor numbers are reused; this number is not.
    final int number;
    /// The known readiness, for mechanisms that report each change only once.
    final Readiness readiness;
    private final Multiplexer.Ready ready;
    private int interest;
    private boolean forgotten;
    /// The mechanism's own note: the index in an array, or the interest that the system knows.
    int noted;
    /// True while the watch is on a list of its mechanism.
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
            call(wanted);
        }
    }

    private void call(int wanted) {
        try {
            readyCall.invokeExact(ready, wanted);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a callback threw a checked exception", e);
        }
    }

    /// Like [#tell], with the bits of `poll` and `epoll`.
    void tellBits(int bits) {
        tell(Readiness.ofBits(bits, interest));
    }
}
