package dev.polyserve.linux.ring;

import dev.polyserve.linux.socket.EdgeReadiness;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.PollDescriptors;
import java.io.IOException;

/// A descriptor watched by successive polls. Its owner makes the calls for which the descriptor is ready.
///
/// **Thread**: the loop's.
final class RingPolledDescriptor extends RingHandle {
    private final int descriptor;
    private int polledBits;
    private int happened;
    private boolean polling;
    private boolean cancelling;

    RingPolledDescriptor(int descriptor) {
        this.descriptor = descriptor;
    }

    @Override
    void submit() {
        int wanted = EdgeReadiness.bits(interest());
        if (slot == 0) {
            return;
        }
        if (polling && polledBits != wanted && !cancelling) {
            cancelling = true;
            requireOperations().cancel(this, RingOperationKind.POLL);
        } else if (!polling && wanted != 0 && happened == 0) {
            polling = true;
            polledBits = wanted;
            requireOperations().poll(this, descriptor, wanted);
        }
    }

    @Override
    void completed(RingOperationKind operation, int result, int flags) {
        polling = false;
        cancelling = false;
        if (result > 0) {
            happened = result;
            requireOperations().enlist(this);
        } else if (result < 0 && result != -Errno.ECANCELED) {
            happened = PollDescriptors.ERR;
            requireOperations().enlist(this);
        }
        requireOperations().due(this);
    }

    @Override
    int ready() {
        return EdgeReadiness.ofBits(happened, interest());
    }

    /// Takes the readiness, which the notified calls may use up; the next poll checks again.
    @Override
    int takeReady() {
        int told = ready();
        happened = 0;
        requireOperations().due(this);
        return told;
    }

    @Override
    void leave() {
        try {
            if (polling) {
                requireOperations().cancelNow(this, RingOperationKind.POLL);
            }
        } catch (IOException e) {
            // Closing the ring ends the poll that this call could not.
            cancelling = true;
        } finally {
            requireOperations().leave(this);
        }
    }

    @Override
    void abandon() {
        polling = false;
    }
}
