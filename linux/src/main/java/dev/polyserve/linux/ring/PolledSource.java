package dev.polyserve.linux.ring;

import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;

/// A descriptor that is watched by polls, one after another: what it is ready for, whoever watches it does by itself.
///
/// **Thread**: the loop's.
final class PolledSource extends Watched {
    private static final int UNASKED = PollDescriptors.ERR | PollDescriptors.HUP | PollDescriptors.NVAL;

    private final Orders orders;
    private final int descriptor;
    private int polledBits;
    private int happened;
    private boolean polling;
    private boolean cancelling;

    PolledSource(Orders orders, int descriptor) {
        this.orders = orders;
        this.descriptor = descriptor;
        orders.join(this);
        orders.due(this);
    }

    @Override
    void order() {
        int wanted = bits(interest());
        if (slot == 0) {
            return;
        }
        if (polling && polledBits != wanted && !cancelling) {
            cancelling = true;
            orders.cancel(this, Operation.POLL);
        } else if (!polling && wanted != 0 && happened == 0) {
            polling = true;
            polledBits = wanted;
            orders.poll(this, descriptor, wanted);
        }
    }

    @Override
    void completed(Operation operation, int result, int flags) {
        polling = false;
        cancelling = false;
        if (result > 0) {
            happened = result;
            orders.enlist(this);
        } else if (result < 0 && result != -Errno.ECANCELED) {
            happened = PollDescriptors.ERR;
            orders.enlist(this);
        }
        orders.due(this);
    }

    @Override
    int ready() {
        int readiness = (happened & PollDescriptors.IN) != 0 ? Multiplexer.READ : 0;
        if ((happened & PollDescriptors.OUT) != 0) {
            readiness |= Multiplexer.WRITE;
        }
        return (happened & UNASKED) != 0 ? interest() : readiness & interest();
    }

    /// What it was ready for may be used up now, so the next poll asks again.
    @Override
    int takeReady() {
        int told = ready();
        happened = 0;
        orders.due(this);
        return told;
    }

    @Override
    void leave() {
        try {
            if (polling) {
                orders.cancelNow(this, Operation.POLL);
            }
        } catch (IOException e) {
            // Closing the ring ends what this could not.
            cancelling = true;
        } finally {
            orders.leave(this);
        }
    }

    @Override
    void abandon() {
        polling = false;
    }

    private static int bits(int interest) {
        return ((interest & Multiplexer.READ) != 0 ? PollDescriptors.IN : 0)
                | ((interest & Multiplexer.WRITE) != 0 ? PollDescriptors.OUT : 0);
    }
}
