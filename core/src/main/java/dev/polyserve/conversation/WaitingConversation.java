package dev.polyserve.conversation;

import dev.polyserve.Cause;
import dev.polyserve.Codec;
import dev.polyserve.Connection;
import dev.polyserve.spi.RelayableConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;

/// A connection whose owner waits for it: the operations of [Connection], and its end. [HandlerInput] reads,
/// [HandlerOutput] writes, and both wait in [LimitedWireConversation].
///
/// ```
///   read: flush ─▶ wait ─▶ buffer        conclude: flush, end output ─▶ linger ─▶ close
/// ```
///
/// **Thread**: the owner, a platform or virtual thread.
abstract sealed class WaitingConversation extends HandlerInput implements Connection, RelayableConnection
        permits HandlerConversation, OutgoingConversation {
    private boolean wireClosed;

    <W extends Wire & ConversationDriver> WaitingConversation(ServerContext context, Identity identity, W wire,
            HandlerBorder border) {
        super(context, identity, wire, border);
    }

    /// Sends the last bytes and closes.
    ///
    /// @param lingers whether to wait, if there may be input that was not read, until the peer has our last bytes
    final void conclude(boolean lingers) {
        boolean graceful = !broken();
        try {
            if (graceful) {
                sendCollected();
                endOutput();
            }
        } catch (IOException e) {
            lost(e);
            graceful = false;
        } catch (RuntimeException | Error e) {
            graceful = false; // the output may not have ended, so the peer would not close its side
            failed(e);
            throw e;
        } finally {
            boolean unread = graceful && mayHaveUnread(buffers.in.inputEnded());
            discardAll();
            accountNothing();
            try {
                if (unread && lingers) {
                    linger();
                }
            } finally {
                settle(ending(buffers.in.inputEnded()));
                close(unread);
            }
        }
    }

    /// Waits until the peer has acknowledged our last bytes, or cannot get them.
    private void linger() {
        LingeringClose lingering = lingering();
        try {
            lingering.await(wire, this::broken);
            lingered(lingering);
        } catch (ClosedByInterruptException | PinnedWaitException e) {
            lost(e); // caused by the handler itself
        } catch (IOException e) {
            lostAtTheEnd(e);
        }
    }

    /// Closes the socket, unless it is closed.
    final void closeWire() {
        if (!wireClosed) {
            close(false);
        }
    }

    private void close(boolean unread) {
        try {
            wire.close(unread);
        } catch (IOException e) {
            // The descriptor is released whatever close reports; an earlier error has settled the cause already.
            settle(new Cause.PeerReset(String.valueOf(e.getMessage())));
        }
        wireClosed = true;
    }

    /// Discards what is buffered, in either direction.
    final void discardAll() {
        discardQueued();
        buffers.in.clear();
        buffers.out.clear();
    }

    // --- the owner's side ---

    @Override
    public void deadline(Duration fromNow) {
        endWithin(ServerContext.limitNanos(fromNow));
    }

    @Override
    public void end() throws IOException {
        flush();
        endOutput();
    }

    @Override
    public void writeLine(String text) throws IOException {
        boolean begins = beginsDatagram();
        boolean whole = false;
        try {
            Connection.super.writeLine(text);
            whole = true;
        } finally {
            endsDatagram(begins, whole);
        }
    }

    @Override
    public <T> void write(Codec<T> codec, T message) throws IOException {
        boolean begins = beginsDatagram();
        boolean whole = false;
        try {
            Connection.super.write(codec, message);
            whole = true;
        } finally {
            endsDatagram(begins, whole);
        }
    }

    @Override
    public InputStream inputStream() {
        return new ConnectionInputStream(this);
    }

    @Override
    public OutputStream outputStream() {
        return new ConnectionOutputStream(this);
    }

    @Override
    public void startTls() throws IOException {
        requireOutput();
        if (!(wire instanceof StartTlsWire secured)) {
            throw new IllegalStateException("this connection cannot have TLS: it is not a server's");
        }
        boolean unread = buffers.in.available() > 0;
        if (!unread) {
            sendCollected();
        }
        startTls(secured, unread);
    }

    @Override
    public final boolean relays(Connection other) throws IOException {
        if (!(other instanceof WaitingConversation second) || hasSender() || second.hasSender()
                || !(wire instanceof NonBlockingWire here) || !(second.wire instanceof NonBlockingWire there)) {
            return false;
        }
        requireOutput();
        second.requireOutput();
        boolean entered = border.enterLibrary();
        try {
            boolean shared = here.sharesOwnerWith(there);
            if (shared) {
                new ReadinessRelay(this, here, second, there).run();
            }
            return shared;
        } finally {
            border.leaveIf(entered);
        }
    }

    @Override
    public final long mostMessageBytes() {
        return context.options().limits().senderQueueBytes();
    }

    // --- the end ---

    @Override
    final void discard() {
        close(false);
    }
}
