package dev.polyserve.loop;

import dev.polyserve.conversation.LingeringClose;
import dev.polyserve.conversation.Wire;
import dev.polyserve.io.StreamSocket;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Keeps a socket open on a loop, without a thread that waits, until our last bytes are at the peer ([LingeringClose]).
///
/// ```
///   begin ─▶ discard, look ─▶ readable, or the time of the next look ─▶ discard, look ─▶ … ─▶ over, once
/// ```
///
/// **Thread**: the loop's.
public final class LingeringSocket {
    private final EventLoop loop;
    private final StreamSocket socket;
    private final LingeringClose lingering;
    private final boolean inputCut;
    private final Consumer<@Nullable IOException> whenOver;
    private EventLoop.@Nullable Delayed nextLook;
    private boolean over;

    /// @param socket one that does not wait, and whose output is ended if its input is not
    /// @param inputCut whether we have ended its input, so that an end there says nothing of the peer
    /// @param whenOver called once, when the socket may be closed; with what the system said, if the peer has reset the connection
    public LingeringSocket(EventLoop loop, StreamSocket socket, LingeringClose lingering, boolean inputCut,
            Consumer<@Nullable IOException> whenOver) {
        this.loop = loop;
        this.socket = socket;
        this.lingering = lingering;
        this.inputCut = inputCut;
        this.whenOver = whenOver;
    }

    /// Looks for the first time; it may be over then.
    public void begin() {
        look();
    }

    /// Something may be there to be read.
    public void readable() {
        look();
    }

    /// It is given up; nothing more is called.
    public void cancel() {
        over = true;
        cancelNextLook();
    }

    private void look() {
        if (over) {
            return;
        }
        cancelNextLook();
        try {
            long againNanos = lingering.lookAgainNanos(discard(), socket.unacknowledged());
            if (againNanos == LingeringClose.OVER) {
                ends(null);
            } else {
                nextLook = loop.schedule(againNanos, () -> {
                    nextLook = null;
                    look();
                });
            }
        } catch (IOException e) {
            ends(e);
        }
    }

    /// Throws away what there is, one piece at a time, so that no peer keeps the loop from the others.
    ///
    /// @return how many bytes, or [Wire#END]
    private int discard() throws IOException {
        int count = socket.read(loop.scratch().room());
        if (count == StreamSocket.END) {
            return inputCut ? 0 : Wire.END;
        }
        return count;
    }

    private void ends(@Nullable IOException reset) {
        over = true;
        whenOver.accept(reset);
    }

    private void cancelNextLook() {
        EventLoop.Delayed next = nextLook;
        if (next != null) {
            nextLook = null;
            loop.cancel(next);
        }
    }
}
