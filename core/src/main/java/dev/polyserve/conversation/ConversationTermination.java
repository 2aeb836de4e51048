package dev.polyserve.conversation;

import dev.polyserve.Cause;
import dev.polyserve.FrameTooLongException;
import dev.polyserve.IncompleteFrameException;
import dev.polyserve.Limit;
import dev.polyserve.TimedOutException;
import java.io.EOFException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Ends a conversation: settles its cause, and what may still be sent.
///
/// The *cause* is settled apart from the state, by the first of: the owner, the monitor, the server's stop. The owner
/// sees it at its next operation and ends by itself; only the owner completes the conversation.
///
/// **Thread**: any, unless stated otherwise.
abstract class ConversationTermination extends Deadlines {
    private static final VarHandle CAUSE;

    static {
        try {
            CAUSE = MethodHandles.lookup().findVarHandle(ConversationTermination.class, "cause", Cause.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile @Nullable Cause cause;
    /// Whether the server ended the input, and whether it did so because it stops.
    private volatile boolean inputCut;
    private volatile boolean stopping;
    /// Whether the connection is aborted from outside, or lost: nothing more is sent, whatever the cause.
    private volatile boolean unsendable;

    ConversationTermination(ServerContext context) {
        super(context);
    }

    /// Settles the cause; only the first call has an effect.
    ///
    /// @return whether this was the first
    public final boolean settle(Cause why) {
        return CAUSE.compareAndSet(this, null, why);
    }

    /// The cause, once it is settled.
    public final @Nullable Cause cause() {
        return cause;
    }

    /// Settles the cause, also in place of [Cause.Done]: the connection ended before the peer had everything.
    private void endsInstead(Cause why) {
        if (!settle(why) && cause instanceof Cause.Done done) {
            boolean replaced = CAUSE.compareAndSet(this, done, why);
            assert replaced || !(cause instanceof Cause.Done);
        }
    }

    /// Makes the handler read the end of input, though the peer may continue to send; output still goes out.
    /// **Thread**: any.
    ///
    /// @param stopping whether the server is stopping, which is then the cause
    public final void cutInput(boolean stopping) {
        this.stopping = stopping;
        inputCut = true;
        cutInput();
    }

    /// Whether, at a graceful end, the peer may have sent bytes that were not read.
    final boolean mayHaveUnread(boolean inputEnded) {
        return !broken() && (!inputEnded || inputCut());
    }

    /// Whether the server ended the input.
    final boolean inputCut() {
        return inputCut;
    }

    /// Wakes a waiting read, and makes it and all later reads return the end. **Thread**: any.
    abstract void cutInput();

    /// The cause when the handler ends by itself.
    final Cause ending(boolean inputEnded) {
        if (inputCut && stopping) {
            return new Cause.Stopped();
        }
        return new Cause.Done(inputEnded && !inputCut);
    }

    // --- the last bytes ---

    /// Creates the lingering close, which decides how long the socket stays open for our last bytes. From here on no
    /// limit of a wait applies. **Thread**: the owner.
    public final LingeringClose lingering() {
        waited();
        return new LingeringClose(context);
    }

    /// The lingering close is over, and the peer has not reset the connection. **Thread**: the owner.
    public final void lingered(LingeringClose lingering) {
        lingering.passed().ifPresent(why -> {
            context.listener().limitReached(Limit.WRITE_STALL);
            endsInstead(why);
        });
    }

    /// The peer has reset the connection before it had everything. **Thread**: the owner.
    public final void lostAtTheEnd(IOException e) {
        if (e instanceof SSLException || e instanceof EOFException) {
            return; // of the input, which is discarded: the peer has ended it without the end of TLS
        }
        endsInstead(new Cause.PeerReset(String.valueOf(e.getMessage())));
    }

    /// The cause that follows from an exception at the end of a handler.
    final Cause causeOf(Throwable error) {
        if (isOfAnotherPeer(error)) {
            return new Cause.Failed(error);
        }
        return switch (error) {
            case FrameTooLongException _ -> reached(Limit.FRAME);
            case LimitException limit -> reached(limit.limit());
            case TimedOutException late when isOwn(late) -> {
                context.listener().limitReached(Limit.READ);
                yield new Cause.TimedOut(Limit.READ);
            }
            case IncompleteFrameException cut -> new Cause.PeerReset(String.valueOf(cut.getMessage()));
            default -> new Cause.Failed(error);
        };
    }

    /// Whether a read of this connection threw it; one of another connection is an ordinary failure.
    boolean isOwn(TimedOutException late) {
        return false;
    }

    /// Whether an outgoing connection of the handler threw it, because of what its peer has sent, or of what was written to it: this
    /// peer broke no limit.
    boolean isOfAnotherPeer(Throwable error) {
        return false;
    }

    private Cause reached(Limit limit) {
        if (limit == Limit.BUFFER_TOTAL) {
            // The memory is needed at once: last bytes for a peer that does not read would keep it.
            sendsNothingMore();
        }
        context.listener().limitReached(limit);
        return new Cause.LimitReached(limit);
    }

    /// Aborts the connection for this reason, unless there was one before: nothing more is sent. **Thread**: the owner.
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

    /// Sends nothing more from now on, whatever cause was settled before.
    final void sendsNothingMore() {
        unsendable = true;
    }

    /// Whether nothing more can be sent: the connection itself is lost or aborted. The output of a failed handler is
    /// still sent.
    final boolean broken() {
        return unsendable || switch (cause()) {
            case null -> false;
            case Cause.Done _, Cause.Failed _, Cause.LimitReached _, Cause.TimedOut _ -> false;
            case Cause.PeerReset _, Cause.Stopped _ -> true;
        };
    }
}
