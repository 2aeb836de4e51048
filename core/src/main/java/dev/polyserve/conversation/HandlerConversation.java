package dev.polyserve.conversation;

import dev.polyserve.Cause;
import dev.polyserve.Codec;
import dev.polyserve.Connection;
import dev.polyserve.ConnectionException;
import dev.polyserve.Handler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A connection served by a sequential [Handler]: its run from set-up to close. The operations that the handler may call
/// are those of its superclasses: [HandlerInput] reads, [HandlerOutput] writes, and both wait in [LimitedWire].
///
/// ```
///   run ─▶ setUp ─▶ handle ─▶ finish ─▶ flush, end output ─▶ close ─▶ complete
///             │        │  read: flush ─▶ wait ─▶ buffer
///             └────────┴─▶ an exception settles the cause; the rest is the same
/// ```
///
/// While the handler waits, its stack is kept, and with it each frame from [#run] to the wait: so there are few.
///
/// The code of the handler, with its codecs, runs outside of the library ([HandlerBorder]). What reads, writes or waits
/// enters it: [HandlerInput] and [LimitedWire] do.
///
/// **Thread**: [#run] and everything the handler calls: the owner, a platform or virtual thread.
public final class HandlerConversation extends HandlerInput implements Connection, Runnable {
    private final Supplier<? extends Handler> factory;
    private boolean closed;
    private boolean wireClosed;
    /// The handler, which is to be told the cause; null when there is none, or it was told.
    private @Nullable Handler served;

    /// Creates a conversation over the wire, not yet begun, for a thread that belongs to the handler.
    public <W extends Wire & ConversationDriver> HandlerConversation(ServerContext context, Identity identity,
            Supplier<? extends Handler> factory, W wire) {
        this(context, identity, factory, wire, HandlerBorder.NONE);
    }

    /// Creates a conversation over the wire, not yet begun, for a coroutine with this border.
    public <W extends Wire & ConversationDriver> HandlerConversation(ServerContext context, Identity identity,
            Supplier<? extends Handler> factory, W wire, HandlerBorder border) {
        super(context, identity, wire, border);
        this.factory = factory;
    }

    /// Runs the whole conversation, from the handler's set-up to the closed socket. It never throws: where it fails, for
    /// example for lack of memory, the conversation is abandoned.
    @Override
    public void run() {
        try {
            if (!begin(Thread.currentThread())) {
                return;
            }
            border.leaveLibrary();
            try {
                Handler handler = factory.get();
                served = handler;
                handler.setUp(this);
                handler.handle(this);
            } catch (Throwable e) { // every exception ends only this connection
                threw(e);
            } finally { // though the report of a failure fails, for example for lack of memory
                handled();
            }
        } catch (RuntimeException | Error e) {
            ownerFailed(e);
        }
    }

    private void handled() {
        try {
            finish();
        } finally {
            var _ = border.enterLibrary();
            leaveHandler();
            try {
                conclude();
            } finally {
                over();
            }
            giveBuffers();
        }
    }

    private void threw(Throwable error) {
        var _ = border.enterLibrary();
        try {
            failed(error);
        } finally {
            border.leaveLibrary();
        }
    }

    private void finish() {
        Handler handler = served;
        if (handler == null) {
            return; // it could not be made
        }
        try {
            handler.finish(this);
        } catch (Throwable e) {
            var _ = border.enterLibrary();
            failed(e);
        }
    }

    /// Completes the conversation, after it has closed the socket if that has failed before.
    private void over() {
        if (!wireClosed) {
            close(false);
        }
        settle(ending(buffers.in.inputEnded()));
        Handler told = served;
        served = null;
        closed(told);
        complete(isRunning());
    }

    @Override
    void endInPlace() {
        claim();
        discardQueued();
        buffers.in.clear();
        buffers.out.clear();
        over();
    }

    /// Tells a handler of messages the cause.
    private void closed(@Nullable Handler handler) {
        Cause why = cause();
        if (handler instanceof MessageHandlerAsHandler<?> reader && why != null) {
            try {
                reader.closed(why);
            } catch (Throwable e) { // as of a protocol
                context.listener().failed(this, e);
            }
        }
    }

    /// Handles an exception of the handler: it becomes the cause, unless the connection was over before. A
    /// [ConnectionException] of this connection only repeats the cause. After a lost or aborted connection every
    /// exception is a consequence of that; all others are reported.
    @Override
    void failed(Throwable error) {
        Cause before = cause();
        if (error instanceof ConnectionException told && told.reason().equals(before)) {
            return;
        }
        switch (before) {
            case null -> {
                Cause why = causeOf(error);
                if (settle(why) && why instanceof Cause.Failed) {
                    context.listener().failed(this, error);
                }
            }
            case Cause.Done _, Cause.Failed _ -> context.listener().failed(this, error);
            case Cause.PeerReset _, Cause.TimedOut _, Cause.LimitReached _, Cause.Stopped _ -> {
                // Not an error of the handler.
            }
        }
    }

    /// Sends the last bytes and closes.
    private void conclude() {
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
            discardQueued();
            boolean unread = graceful && mayHaveUnread(buffers.in.inputEnded());
            buffers.in.clear();
            buffers.out.clear();
            accountNothing();
            try {
                if (unread) {
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

    private void close(boolean unread) {
        try {
            wire.close(unread);
        } catch (IOException e) {
            // The descriptor is released whatever close reports; an earlier error has settled the cause already.
            settle(new Cause.PeerReset(String.valueOf(e.getMessage())));
        }
        wireClosed = true;
    }

    // --- the handler's side ---

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
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            try {
                if (!ended()) {
                    end();
                }
            } finally {
                settle(ending(buffers.in.inputEnded()));
            }
        }
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

    // --- the end ---

    @Override
    void discard() {
        close(false);
    }
}
