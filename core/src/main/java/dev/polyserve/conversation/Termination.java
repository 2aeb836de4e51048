package dev.polyserve.conversation;

import dev.polyserve.Cause;
import dev.polyserve.FrameTooLongException;
import dev.polyserve.IncompleteFrameException;
import dev.polyserve.Limit;
import dev.polyserve.TimedOutException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// Why a conversation ends, and what may still be sent then.
///
/// The *cause* is settled apart from the state, by the first of them: the owner, the watcher, the server's stop. The owner
/// sees it at its next operation and comes to the end by itself; only it completes.
///
/// **Thread**: any, where nothing else is said.
abstract class Termination extends Deadlines {
    private static final VarHandle CAUSE;

    static {
        try {
            CAUSE = MethodHandles.lookup().findVarHandle(Termination.class, "cause", Cause.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// Whether and why we made the input end.
    private enum Cut {
        NOT, BY_SENDER, STOPPING
    }

    private volatile @Nullable Cause cause;
    private volatile Cut cut = Cut.NOT;
    /// Given up from outside, or lost: nothing more is sent, whatever the cause.
    private volatile boolean unsendable;
    /// The last one that a read of this connection threw: another's is a failure like any.
    @Nullable
    TimedOutException ownTimeout;

    Termination(ServerContext context) {
        super(context);
    }

    /// Settles why it ends; the first to do so is right.
    ///
    /// @return whether this was the first
    public final boolean settle(Cause why) {
        return CAUSE.compareAndSet(this, null, why);
    }

    /// Why it ends, once that is settled.
    public final @Nullable Cause cause() {
        return cause;
    }

    /// Settles why it ends, also where the conversation itself was done: it ended so before the peer had everything.
    private void endsInstead(Cause why) {
        if (!settle(why) && cause instanceof Cause.Done done) {
            boolean replaced = CAUSE.compareAndSet(this, done, why);
            assert replaced || !(cause instanceof Cause.Done);
        }
    }

    /// Lets the handler see the end of input, though the peer goes on: what was written still goes out. **Thread**: any.
    ///
    /// @param stopping whether the server is stopping, which is then the cause
    public final void cutInput(boolean stopping) {
        cut = stopping ? Cut.STOPPING : Cut.BY_SENDER;
        cutInput();
    }

    /// Whether, at a graceful end, the peer may have sent bytes that were not read.
    final boolean mayHaveUnread(boolean inputEnded) {
        return !broken() && (!inputEnded || inputCut());
    }

    /// Whether we made the input end.
    final boolean inputCut() {
        return cut != Cut.NOT;
    }

    /// Wakes a read, and shows the end to it and all that follow. **Thread**: any.
    abstract void cutInput();

    /// Why it ends when its handler comes to the end by itself.
    final Cause ending(boolean inputEnded) {
        return switch (cut) {
            case NOT -> new Cause.Done(inputEnded);
            case BY_SENDER -> new Cause.Done(false);
            case STOPPING -> new Cause.Stopped();
        };
    }

    // --- the last bytes ---

    /// What decides how long the socket stays open for our last bytes. From here on no limit of a wait counts. **Thread**: the owner.
    public final LingeringClose lingering() {
        waited();
        return new LingeringClose(context);
    }

    /// That is over, and the peer has not reset the connection. **Thread**: the owner.
    public final void lingered(LingeringClose lingering) {
        lingering.passed().ifPresent(why -> {
            context.listener().limitReached(Limit.WRITE_STALL);
            endsInstead(why);
        });
    }

    /// The peer has reset the connection before it had everything. **Thread**: the owner.
    public final void lostAtTheEnd(IOException e) {
        endsInstead(new Cause.PeerReset(String.valueOf(e.getMessage())));
    }

    /// What an exception that reached the end of a handler says about the connection.
    final Cause causeOf(Throwable error) {
        return switch (error) {
            case FrameTooLongException _ -> reached(Limit.FRAME);
            case LimitException limit -> reached(limit.limit());
            case TimedOutException late when late.equals(ownTimeout) -> {
                context.listener().limitReached(Limit.READ);
                yield new Cause.TimedOut(Limit.READ);
            }
            case IncompleteFrameException cut -> new Cause.PeerReset(String.valueOf(cut.getMessage()));
            default -> new Cause.Failed(error);
        };
    }

    private Cause reached(Limit limit) {
        if (limit == Limit.BUFFER_TOTAL) {
            // Its memory is wanted at once: last words to a peer that does not read would keep it.
            sendsNothingMore();
        }
        context.listener().limitReached(limit);
        return new Cause.LimitReached(limit);
    }

    /// The handler gives the connection up for this reason, unless there was one before: nothing more is sent. **Thread**: the owner.
    final void giveUp(Cause why) {
        if (settle(why)) {
            switch (why) {
                case Cause.TimedOut timedOut -> context.listener().limitReached(timedOut.limit());
                case Cause.LimitReached reached -> context.listener().limitReached(reached.limit());
                case Cause.Done _, Cause.PeerReset _, Cause.Failed _, Cause.Stopped _ -> {
                    // No limit.
                }
            }
        }
        sendsNothingMore();
    }

    /// From here on nothing more is sent, whatever cause was settled before.
    final void sendsNothingMore() {
        unsendable = true;
    }

    /// Whether nothing more can be sent: the connection itself is lost or given up. A failed handler's words still go out.
    final boolean broken() {
        return unsendable || switch (cause()) {
            case null -> false;
            case Cause.Done _, Cause.Failed _, Cause.LimitReached _, Cause.TimedOut _ -> false;
            case Cause.PeerReset _, Cause.Stopped _ -> true;
        };
    }
}
