package dev.polyserve.loop;

import dev.polyserve.conversation.LingeringClose;
import dev.polyserve.conversation.Wire;
import dev.polyserve.io.StreamSocket;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Keeps a socket open on a loop, without a blocked thread, until the peer has received our last bytes
/// ([LingeringClose]).
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

    /// @param socket a non-blocking socket; its output is ended unless its input is
    /// @param inputCut whether this side has ended the input, so that an end of input does not mean that the peer has
    ///         closed
    /// @param whenOver called once, when the socket may be closed; receives the error if the peer has reset the
    ///         connection, else null
    public LingeringSocket(EventLoop loop, StreamSocket socket, LingeringClose lingering, boolean inputCut,
            Consumer<@Nullable IOException> whenOver) {
        this.loop = loop;
        this.socket = socket;
        this.lingering = lingering;
        this.inputCut = inputCut;
        this.whenOver = whenOver;
    }

    /// Performs the first check. The lingering may be over when it returns.
    public void begin() {
        look();
    }

    /// Handles readability of the socket: there may be bytes to discard.
    public void readable() {
        look();
    }

    /// Cancels the lingering; `whenOver` is not called.
    public void cancel() {
        loop.assertOwner();
        over = true;
        cancelNextLook();
    }

    private void look() {
        loop.assertOwner();
        if (over) {
            return;
        }
        cancelNextLook();
        try {
            long againNanos = lingering.lookAgainNanos(discard(), socket.control().unacknowledged());
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

    /// Discards available bytes, one buffer at a time, so that no peer monopolizes the loop.
    ///
    /// @return the number of bytes, or [Wire#END]
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
