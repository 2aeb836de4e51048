package dev.polyserve.linux.ring;

import dev.polyserve.linux.system.RingLayout;
import java.io.IOException;

/// A handle with one multishot operation, an accept or a receive: it completes many times, and the last completion says
/// that no more follow.
///
/// ```
///   idle ─begins─▶ active ─cancel─▶ cancelling
///    ▲               │                  │
///    └───── the last completion ◀───────┘
/// ```
///
/// The kernel completes the operation in the thread that has submitted it ([RingOperations#submitter]). When another thread runs
/// the loop, the operation is to move: it is cancelled, and submitted again after its last completion.
///
/// **Thread**: the loop's.
abstract sealed class MultishotRingHandle extends RingHandle permits RingSocket, RingBoundSocket {
    private long submitter;
    private boolean active;
    private boolean cancelling;

    /// The kind of its multishot operation.
    abstract RingOperationKind multishot();

    /// Whether the operation is submitted and has not ended.
    final boolean isActive() {
        return active;
    }

    /// Records that the operation, which is not active, is submitted.
    final void begins() {
        active = true;
        submitter = requireOperations().submitter();
    }

    /// Records a completion of the operation.
    ///
    /// @return whether it was the last one
    final boolean ends(int flags) {
        if ((flags & RingLayout.CQE_F_MORE) != 0) {
            return false;
        }
        active = false;
        cancelling = false;
        return true;
    }

    /// Whether another thread than the last submitter runs the loop.
    final boolean isToMove() {
        return submitter != requireOperations().submitter();
    }

    /// Cancels the operation if it is active and not cancelled yet. The last completion reports its end.
    final void cancel() {
        if (active && !cancelling) {
            cancelling = true;
            requireOperations().cancel(this, multishot());
        }
    }

    /// Cancels the operation before this returns, if it is active.
    final void cancelNow() throws IOException {
        if (active) {
            requireOperations().cancelNow(this, multishot());
        }
    }
}
