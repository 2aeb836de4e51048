package dev.polyserve.conversation;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionException;
import dev.polyserve.Limit;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/// Relays between two connections in the one coroutine that owns both: it moves what can be moved, and then waits for both.
///
/// ```
///   move there, move back ─▶ something was moved ─▶ again (others have their turn after much)
///        ▲                └─ nothing ─▶ wait for input or room of both ─┐
///        └──────────────────────────────────────────────────────────────┘
/// ```
///
/// While a peer does not read, nothing is read for it, and its bytes wait in its own output, accounted for as any output.
/// Idle connections have the limits of a wait for input, each renewed by any byte in any direction, and one whose peer does not
/// read has that of a stalled write, or the idle limit if that is shorter. While nothing is read from the first peer, the relay looks from
/// time to time whether it is gone, because no event tells that.
///
/// **Thread**: the owner of both connections, in the library.
final class ReadinessRelay {
    /// After how many bytes without a wait others have their turn.
    private static final int TURN_BYTES = 256 << 10;
    /// The looks at a peer in the shortest limit of the wait.
    private static final int LOOKS = 8;
    private static final long LEAST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long MOST_LOOK_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final WaitingConversation first;
    private final NonBlockingWire firstWire;
    private final WaitingConversation second;
    private final NonBlockingWire secondWire;
    private final RelayDirection there;
    private final RelayDirection back;
    private long turnBeganBytes;

    ReadinessRelay(WaitingConversation first, NonBlockingWire firstWire, WaitingConversation second,
            NonBlockingWire secondWire) {
        this.first = first;
        this.firstWire = firstWire;
        this.second = second;
        this.secondWire = secondWire;
        this.there = new RelayDirection(first, firstWire, second, secondWire);
        this.back = new RelayDirection(second, secondWire, first, firstWire);
    }

    /// Relays until both sides have ended.
    void run() throws IOException {
        try {
            while (!there.isOver() || !back.isOver()) {
                boolean movedThere = there.moves();
                boolean moved = back.moves() || movedThere;
                if (!moved) {
                    await();
                } else if (copiedBytes() - turnBeganBytes >= TURN_BYTES) {
                    firstWire.awaitTurn();
                    turnBeganBytes = copiedBytes();
                }
            }
        } catch (ConnectionException e) {
            throw passedOn(e);
        } catch (IOException e) {
            throw passedOn(first.lost(e));
        } catch (RuntimeException | Error e) {
            resetBoth(new Cause.Stopped());
            throw e;
        }
    }

    private long copiedBytes() {
        return there.copiedBytes() + back.copiedBytes();
    }

    private void await() throws IOException {
        int ofFirst = awaited(there.awaitsInput(), back.awaitsRoom());
        int ofSecond = awaited(back.awaitsInput(), there.awaitsRoom());
        begins(first, ofFirst);
        begins(second, ofSecond);
        try {
            boolean looks = (ofFirst & NonBlockingWire.INPUT) == 0;
            firstWire.awaitEither(ofFirst, secondWire, ofSecond,
                    looks ? lookNanos() : ServerContext.FOREVER_NANOS);
        } catch (IOException e) {
            throw first.lost(e);
        } finally {
            first.waited();
            second.waited();
        }
        requireFirstPeer(ofFirst);
        turnBeganBytes = copiedBytes();
    }

    private long lookNanos() {
        ServerContext context = first.context;
        return Math.clamp(Math.min(context.waitNanos(Limit.IDLE), context.waitNanos(Limit.WRITE_STALL)) / LOOKS,
                LEAST_LOOK_NANOS, MOST_LOOK_NANOS);
    }

    /// Looks whether the first peer is still there, if the wait was not for its input. The second one may be gone: its last bytes
    /// may still be on their way.
    private void requireFirstPeer(int awaited) throws ConnectionException {
        if ((awaited & NonBlockingWire.INPUT) == 0 && first.cause() == null && first.peerGone()) {
            throw first.lost(new IOException("the peer has disconnected"));
        }
    }

    private static int awaited(boolean input, boolean room) {
        return (input ? NonBlockingWire.INPUT : 0) | (room ? NonBlockingWire.ROOM : 0);
    }

    /// Begins the wait of one connection; one from which nothing is awaited has no limit meanwhile, since the other one has.
    private static void begins(WaitingConversation each, int awaited) throws IOException {
        each.throwIfOver();
        each.idles();
        if ((awaited & NonBlockingWire.ROOM) != 0) {
            ServerContext context = each.context;
            each.waitsFor(context.waitNanos(Limit.IDLE) < context.waitNanos(Limit.WRITE_STALL)
                    ? Limit.IDLE
                    : Limit.WRITE_STALL);
        } else if ((awaited & NonBlockingWire.INPUT) != 0) {
            if (each.bytesOut() > 0) {
                each.waitsFor(Limit.IDLE);
            } else {
                each.waitsForInput(false);
            }
        }
    }

    /// Resets the side that is not over, because the other one is.
    private ConnectionException passedOn(ConnectionException lost) {
        Cause why = lost.reason() instanceof Cause.TimedOut ? lost.reason() : new Cause.Stopped();
        resetBoth(why);
        return lost;
    }

    private void resetBoth(Cause why) {
        for (WaitingConversation each : new WaitingConversation[]{first, second}) {
            if (each.cause() == null || each.pendingBytes() > 0) { // what was cut does not look whole
                each.reset(why);
            }
        }
    }
}
