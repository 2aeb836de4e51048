package dev.polyserve.linux.ring;

import dev.polyserve.linux.socket.Readiness;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.PollDescriptors;
import java.io.IOException;

/// A descriptor that is watched by polls, one after another: what it is ready for, whoever watches it does by itself.
///
/// **Thread**: the loop's.
final class PolledSource extends RingHandle {
    private final int descriptor;
    private int polledBits;
    private int happened;
    private boolean polling;
    private boolean cancelling;

    PolledSource(int descriptor) {
        this.descriptor = descriptor;
    }

    @Override
    void order() {
        int wanted = Readiness.bits(interest());
        if (slot == 0) {
            return;
        }
        if (polling && polledBits != wanted && !cancelling) {
            cancelling = true;
            requireOrders().cancel(this, OperationKind.POLL);
        } else if (!polling && wanted != 0 && happened == 0) {
            polling = true;
            polledBits = wanted;
            requireOrders().poll(this, descriptor, wanted);
        }
    }

    @Override
    void completed(OperationKind operation, int result, int flags) {
        polling = false;
        cancelling = false;
        if (result > 0) {
            happened = result;
            requireOrders().enlist(this);
        } else if (result < 0 && result != -Errno.ECANCELED) {
            happened = PollDescriptors.ERR;
            requireOrders().enlist(this);
        }
        requireOrders().due(this);
    }

    @Override
    int ready() {
        return Readiness.ofBits(happened, interest());
    }

    /// What it was ready for may be used up now, so the next poll asks again.
    @Override
    int takeReady() {
        int told = ready();
        happened = 0;
        requireOrders().due(this);
        return told;
    }

    @Override
    void leave() {
        try {
            if (polling) {
                requireOrders().cancelNow(this, OperationKind.POLL);
            }
        } catch (IOException e) {
            // Closing the ring ends what this could not.
            cancelling = true;
        } finally {
            requireOrders().leave(this);
        }
    }

    @Override
    void abandon() {
        polling = false;
    }
}
