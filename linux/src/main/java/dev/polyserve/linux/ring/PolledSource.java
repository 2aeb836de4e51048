package dev.polyserve.linux.ring;

import dev.polyserve.linux.socket.Readiness;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.PollDescriptors;
import java.io.IOException;

/// A descriptor watched by successive polls. Its owner makes the calls for which the descriptor is ready.
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

    /// Takes the readiness, which the notified calls may use up; the next poll checks again.
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
            // Closing the ring ends the poll that this call could not.
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
